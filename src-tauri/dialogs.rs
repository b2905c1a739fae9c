//! The system's dialogs for files. They are opened here and not by the window, which therefore can neither name nor read a
//! file on its own.

use std::path::{Path, PathBuf};
use tauri::WebviewWindow;

/// Opens a dialog and returns the files that the user chooses; none if the user cancels.
pub async fn choose_files(window: &WebviewWindow) -> Vec<PathBuf> {
    #[cfg(feature = "test-clock")]
    if let Some(answer) = test_answer() {
        return answer;
    }
    let files = rfd::AsyncFileDialog::new().set_parent(window).pick_files().await;
    files.unwrap_or_default().iter().map(|file| file.path().to_owned()).collect()
}

/// Opens a dialog and returns the path at which the user wants a file; `None` if the user cancels. The dialog asks before
/// the user chooses a file that exists. `name` is the suggested name.
pub async fn choose_target(window: &WebviewWindow, name: &str) -> Option<PathBuf> {
    #[cfg(feature = "test-clock")]
    if let Some(answer) = test_answer() {
        return answer.into_iter().next();
    }
    let dialog = rfd::AsyncFileDialog::new().set_parent(window).set_file_name(name);
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    let dialog = match extension {
        Some(extension) => dialog.add_filter(extension.to_uppercase(), &[extension]),
        None => dialog,
    };
    Some(dialog.save_file().await?.path().to_owned())
}

/// Returns what a test answers in place of the user, since `WebDriver` cannot operate dialogs of the system: the paths in the
/// file that `ZAFU_TEST_DIALOG` names, one a line. `None` if there is no such file.
#[cfg(feature = "test-clock")]
fn test_answer() -> Option<Vec<PathBuf>> {
    let answer = std::fs::read_to_string(std::env::var_os("ZAFU_TEST_DIALOG")?).ok()?;
    Some(answer.lines().map(PathBuf::from).collect())
}
