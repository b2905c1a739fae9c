//! Invitations that the system opens: links as `zafu://join/...`, from a browser or a mail program. The window shows them
//! and asks the user; nothing here accepts one.
//!
//! The code in a link is a secret. It is never logged, and only for a moment an argument of a process, because every user
//! of the computer can read arguments.

use crate::args::Args;
use crate::window::{self, Reason};
use std::io::Read;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tauri::{AppHandle, Emitter, Manager};
use zafu_core::invitation::{Invitation, LINK_START};
use zafu_core::message;
use zafu_core::message::Message;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::Secret;

/// Maximum length of a link in bytes. What a pipe holds before anybody reads it, on every system.
const MAX_LINK_BYTES: usize = 4096;

/// Replaces this process by one that has the link of `args` on its standard input instead of among its arguments. Returns
/// if there is no link, or if the system refuses: then this process goes on with the link.
///
/// Must be called before any other thread starts.
#[cfg(unix)]
pub fn remove_from_arguments(args: &Args) {
    use std::io::Write;
    use std::os::unix::process::CommandExt;
    let Some(mut link) = joined(args) else { return };
    // What is longer is not a link of an invitation, and stays none.
    link.truncate(link.floor_char_boundary(MAX_LINK_BYTES));
    let Ok((input, mut output)) = std::io::pipe() else { return };
    let Ok(program) = std::env::current_exe() else { return };
    if output.write_all(link.as_bytes()).is_ok() {
        drop(output);
        let mut command = std::process::Command::new(program);
        if args.verbose {
            command.arg("--verbose");
        }
        // Returns only if it fails.
        let _ = command.arg("--link-from-input").stdin(input).exec();
    }
}

/// Does nothing: only an administrator can read the arguments of another user's processes.
#[cfg(not(unix))]
pub fn remove_from_arguments(_args: &Args) {}

/// Returns the link with which the process was started, if any.
///
/// # Errors
/// It is not the complete link of an invitation. The message does not contain it.
pub fn of_start(args: &Args) -> Result<Option<Secret>, Message> {
    let text = if args.link_from_input {
        let mut text = String::new();
        // A part of a link has an error of its own.
        let _ = std::io::stdin().take(MAX_LINK_BYTES as u64).read_to_string(&mut text);
        Some(text)
    } else {
        joined(args)
    };
    text.as_deref().map(parse).transpose()
}

/// Returns the arguments that are not options, as one text; `None` if there are none.
fn joined(args: &Args) -> Option<String> {
    let words: Vec<_> = args.link.iter().map(|word| word.to_string_lossy()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Returns the link of an invitation with which `text` begins, and nothing that follows it.
///
/// # Errors
/// There is none, or it is not complete. The message does not contain it.
pub fn parse(text: &str) -> Result<Secret, Message> {
    let start = text.get(..LINK_START.len());
    if !start.is_some_and(|start| start.eq_ignore_ascii_case(LINK_START)) {
        return Err(message!("startup-not-an-invitation"));
    }
    let invitation = Invitation::parse(text).map_err(|error| error.message())?;
    Ok(Secret(invitation.to_link()))
}

/// The link that no window has shown yet, for example because a sit runs. It outlives the window.
#[derive(Default)]
pub struct ToShow(Mutex<Option<Secret>>);

impl ToShow {
    fn state(&self) -> MutexGuard<'_, Option<Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the link.
    pub fn link(&self) -> Option<Secret> {
        self.state().clone()
    }

    /// Drops `link`, which the window has shown, unless another one has taken its place.
    pub fn shown(&self, link: &Secret) {
        self.state().take_if(|kept| *kept == *link);
    }

    /// Keeps `link` in place of an earlier one.
    fn keep(&self, link: Secret) {
        *self.state() = Some(link);
    }
}

/// Shows the window with the invitation of a link. During a sit it is not raised: it says that the invitation comes
/// after the sit.
pub async fn show(app: &AppHandle, link: Secret) {
    let state = app.state::<EngineHandle>().state();
    let is_sitting = state.await.is_ok_and(|state| state.sit.is_some());
    app.state::<ToShow>().keep(link);
    if !is_sitting || app.get_webview_window(window::LABEL).is_none() {
        window::show(app, Reason::Show);
    }
    // A window that does not listen yet asks for the link when it does.
    if let Err(error) = app.emit_to(window::LABEL, "join", ()) {
        tracing::warn!(%error, "the window was not told of an invitation");
    }
}

/// Shows the invitation of a link that macOS has opened, which it passes as an event and not as an argument.
#[cfg(target_os = "macos")]
pub fn opened(app: &AppHandle, link: &str) {
    match parse(link) {
        // Not shown at once: it may come before the event loop can create a window.
        Ok(link) => drop(app.state::<EngineHandle>().show_invitation(link)),
        Err(message) => {
            // Created on the main thread, which does not wait for it.
            let dialog = rfd::AsyncMessageDialog::new()
                .set_level(rfd::MessageLevel::Warning)
                .set_title("Zafu")
                .set_description(zafu_messages::text(&message))
                .show();
            tauri::async_runtime::spawn(dialog);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    const LINK: &str = "zafu://join/2TB9D5MPJTB9D5MPJTB9D5MPJTM?url=https%3A%2F%2Fabc.supabase.co&key=sb_publishable_x&sum=V212ZR";
    const CODE: &str = "2TB9D5MPJTB9D5MPJTB9D5MPJTM";

    fn of(arguments: &[&str]) -> Result<Option<Secret>, Message> {
        let args = Args::try_parse_from([&["zafu-app"], arguments].concat());
        of_start(&args.unwrap_or_else(|error| panic!("{error}")))
    }

    #[test]
    fn a_link_is_taken_whole_and_without_what_follows_it() {
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&["--background"]), Ok(None));
        let link = Ok(Some(Secret(LINK.into())));
        assert_eq!(of(&[LINK]), link);
        assert_eq!(of(&[&LINK.to_lowercase()]), link);
        assert_eq!(of(&["--verbose", &format!("{LINK}/")]), link);
    }

    #[test]
    fn another_argument_is_refused() {
        let refused = Err(message!("startup-not-an-invitation"));
        let before = format!("see {LINK}");
        for argument in ["20m", "", "zafu://sit/20m", "zafu:join", "https://example.org", &before] {
            assert_eq!(of(&[argument]), refused, "{argument}");
        }
        let cut_off = of(&[&LINK[..60]]).unwrap_err();
        assert_eq!(cut_off, message!("partner-invitation-cut-off"));
    }

    #[test]
    fn no_message_contains_the_code() {
        for arguments in [
            &[LINK, "--restore-backup", "1"][..],
            &[LINK, "--background"],
            &[LINK, "--tell-when-started"],
            &[LINK, "--link-from-input"],
            &[LINK, "--unknown"],
            &[LINK, LINK, "--unknown"],
        ] {
            let error = Args::try_parse_from([&["zafu-app"], arguments].concat()).err().unwrap();
            assert!(!error.to_string().contains(CODE), "{error}");
        }
        let mistyped = of(&[&LINK.replace("V212ZR", "V212ZS")]).unwrap_err();
        assert_eq!(mistyped, message!("partner-invitation-mistyped"));
    }

    #[test]
    fn a_link_is_kept_until_it_is_shown() {
        let to_show = ToShow::default();
        let link = |text: &str| Secret(text.into());
        assert_eq!(to_show.link(), None);
        to_show.keep(link("first"));
        to_show.keep(link("second"));
        assert_eq!(to_show.link(), Some(link("second")), "the last one counts");
        to_show.shown(&link("first"));
        assert_eq!(
            to_show.link(),
            Some(link("second")),
            "the window has closed before it showed it"
        );
        to_show.shown(&link("second"));
        assert_eq!(to_show.link(), None);
    }
}
