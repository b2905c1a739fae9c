//! Tests in processes of their own: what a device takes from its system (issuers that are trusted, names that resolve)
//! is then the test's to decide.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Names the folder of the test in that process.
const FOLDER: &str = "ZAFU_TEST_APART";

/// The folder of the test, if this is the process that was started for it.
pub fn folder() -> Option<PathBuf> {
    env::var_os(FOLDER).map(PathBuf::from)
}

/// The file with the issuers that are trusted there.
pub fn issuers(folder: &Path) -> PathBuf {
    folder.join("issuers.pem")
}

/// Runs `test` of this program again in a process of its own, behind the words of `before`.
///
/// # Panics
/// If it fails there.
pub fn run(test: &str, folder: &TempDir, before: &[OsString]) {
    let mut words = before.to_vec();
    words.push(env::current_exe().unwrap().into());
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).args(["--exact", test, "--nocapture"]);
    command.env(FOLDER, folder.path()).env("SSL_CERT_FILE", issuers(folder.path()));
    for proxy in
        ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
    {
        command.env_remove(proxy);
    }
    let output = command.env_remove("SSL_CERT_DIR").stderr(Stdio::inherit()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{}:\n{said}", output.status);
}
