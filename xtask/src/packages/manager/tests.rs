use super::*;
use crate::packages::families::DEBIAN;
use rustix::fs::{FlockOperation, fcntl_lock};
use std::path::PathBuf;
use tempfile::TempDir;

/// The real apt-get with folders of its own, so that it neither needs root nor meets another program.
struct Apt {
    folder: TempDir,
}

impl Apt {
    /// `None`, and a message, if this system has no apt-get.
    fn new() -> Option<Self> {
        if !Command::new("apt-get").arg("--version").output().is_ok_and(|it| it.status.success()) {
            eprintln!("SKIPPED: there is no apt-get here");
            return None;
        }
        let folder = TempDir::new().unwrap();
        for part in ["lists/partial", "archives/partial", "dpkg", "etc/apt.conf.d"] {
            fs::create_dir_all(folder.path().join(part)).unwrap();
        }
        fs::write(folder.path().join("dpkg/status"), "").unwrap();
        let settings = [
            ("State::lists", "lists"),
            ("State::status", "dpkg/status"),
            ("Cache", "cache"),
            ("Cache::archives", "archives"),
            ("Etc", "etc"),
        ]
        .map(|(name, part)| format!("Dir::{name} \"{}\";\n", folder.path().join(part).display()));
        fs::write(folder.path().join("apt.conf"), settings.concat()).unwrap();
        Some(Self { folder })
    }

    /// A line that is run as in `install`.
    fn line(&self, line: &str) -> String {
        // The option of apt-get would wait in real time.
        let line = line.replace("DPkg::Lock::Timeout=20", "DPkg::Lock::Timeout=0");
        format!("env LC_ALL=C APT_CONFIG={} {line}", self.folder.path().join("apt.conf").display())
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Takes a lock as apt-get does. It is held until the file is closed.
    fn hold(&self, lock: &str) -> File {
        let file = File::create(self.folder.path().join(lock)).unwrap();
        fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
        file
    }
}

#[test]
fn a_lock_held_by_another_program_is_waited_for() {
    let Some(apt) = Apt::new() else { return };
    for (line, lock) in [
        (DEBIAN.update, "lists/lock"),
        (DEBIAN.install, "dpkg/lock-frontend"),
        (DEBIAN.install, "dpkg/lock"),
    ] {
        let mut holder = Some(apt.hold(lock));
        let mut waits = 0;
        let done = run(&apt.line(line), &apt.log(), DEBIAN.locked, || {
            waits += 1;
            // The other program goes on for a while, then it ends.
            if waits == 2 {
                holder = None;
            }
            waits < 9
        });
        assert!(done.is_ok(), "{line}: {done:?}");
        assert_eq!(waits, 2, "{line} with {lock}");
    }
}

#[test]
fn a_lock_that_is_never_released_is_reported_with_its_holder() {
    let Some(apt) = Apt::new() else { return };
    let _holder = apt.hold("lists/lock");
    let failure = run(&apt.line(DEBIAN.update), &apt.log(), DEBIAN.locked, || false).unwrap_err();
    let said = failure.to_string();
    assert!(matches!(failure, Failure::Locked(_)), "{said}");
    assert!(said.contains("lists/lock. It is held by process"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn another_failure_is_reported_at_once_with_its_reason_in_one_line() {
    let Some(apt) = Apt::new() else { return };
    let line = apt.line(&format!("{} zafu-is-no-package", DEBIAN.install));
    let failure = run(&line, &apt.log(), DEBIAN.locked, || panic!("nothing to wait for"));
    let said = failure.unwrap_err().to_string();
    assert!(said.starts_with("E: Unable to locate package zafu-is-no-package"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
