//! Runs a test in a separate process, for which it can change what a device takes from its system: trusted issuers and
//! name resolution.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Environment variable with the folder of the test in that process.
const FOLDER: &str = "ZAFU_TEST_SEPARATE_PROCESS";

/// Returns the folder of the test in the separate process, and `None` in the others.
pub fn folder() -> Option<PathBuf> {
    env::var_os(FOLDER).map(PathBuf::from)
}

/// Returns the file with the trusted issuers.
pub fn issuers(folder: &Path) -> PathBuf {
    folder.join("issuers.pem")
}

/// Runs `test` of this program again in a separate process, with the command `before` in front of it.
///
/// # Panics
/// If the test fails.
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
    let output_text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && output_text.contains("1 passed"),
        "{}:\n{output_text}",
        output.status
    );
}
