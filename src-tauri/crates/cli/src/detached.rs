//! Starts a program that lives on its own: in a session of its own, with nothing inherited from whoever called.
//!
//! Ctrl-C, `timeout` and a terminal that closes do not reach it, and no pipe of the caller waits for its end. Its
//! standard error is a pipe to this process until this process ends, so that a start that fails can be explained.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use zafu_engine::output::STARTED;

/// How often a program that says nothing is asked whether it has ended.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long the last words of a program that has ended are waited for: another process may hold its pipe.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// More lines are not needed to explain a start that failed.
const LINES: usize = 200;

/// A program that was started.
pub struct Detached {
    child: Child,
    said: Receiver<String>,
}

/// What became of a start.
pub enum State {
    /// It has said that it runs.
    Runs,
    /// It has ended.
    Ended {
        /// How.
        status: ExitStatus,
        /// What it said on standard error.
        said: String,
    },
    /// Neither, after the time it was given.
    Unknown {
        /// What it said on standard error until then.
        said: String,
    },
}

impl Detached {
    /// Starts `program`.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(program: &Path, args: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = system::spawn(&mut command)?;
        let (say, said) = channel();
        if let Some(stderr) = child.stderr.take() {
            std::thread::Builder::new().name("said".into()).spawn(move || read(stderr, &say))?;
        }
        Ok(Self { child, said })
    }

    /// Waits until it runs or has ended, at most for `patience`.
    ///
    /// # Errors
    /// The system does not say whether it has ended.
    pub fn wait(mut self, patience: Duration) -> io::Result<State> {
        let mut said = Vec::new();
        let mut looks = patience.as_millis() / LOOK_EVERY.as_millis();
        while looks > 0 {
            match self.said.recv_timeout(LOOK_EVERY) {
                Ok(line) if line == STARTED => return Ok(State::Runs),
                // It only says more than is kept if something is wrong with its libraries.
                Ok(line) if said.len() < LINES => said.push(line),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => looks -= 1,
                Err(RecvTimeoutError::Disconnected) => {
                    looks -= 1;
                    std::thread::sleep(LOOK_EVERY);
                }
            }
            if let Some(status) = self.child.try_wait()? {
                while let Ok(line) = self.said.recv_timeout(LAST_WORDS) {
                    said.push(line);
                }
                return Ok(State::Ended { status, said: said.join("\n") });
            }
        }
        Ok(State::Unknown { said: said.join("\n") })
    }
}

/// Hands on each line that the program says, for as long as it or this process runs.
fn read(stderr: ChildStderr, say: &Sender<String>) {
    let mut lines = BufReader::new(stderr);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // Nobody listens any more once the program runs; it must not wait for a reader all the same.
        let _ = say.send(String::from_utf8_lossy(&line).trim_end().to_owned());
        line.clear();
    }
}

#[cfg(unix)]
mod system {
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command};

    /// Starts `command` in a new session, without the descriptors that this process was started with.
    pub fn spawn(command: &mut Command) -> io::Result<Child> {
        keep_descriptors();
        // SAFETY: between fork and exec only setsid is called, which is safe there and touches no memory.
        unsafe {
            command.pre_exec(|| {
                // Fails only for the leader of a process group, which a process that was just forked is not.
                if libc::setsid() == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
            });
        }
        command.spawn()
    }

    /// Marks every descriptor beyond the standard ones to be closed in programs that are started.
    ///
    /// What this process opens is marked already; what it was started with (a lock of a script, the pipe of a
    /// command substitution) is not.
    fn keep_descriptors() {
        let listed = std::fs::read_dir("/dev/fd").map(|entries| {
            let number = |entry: io::Result<std::fs::DirEntry>| {
                entry.ok()?.file_name().to_str()?.parse().ok()
            };
            entries.filter_map(number).collect::<Vec<i32>>()
        });
        let all = listed.unwrap_or_else(|_| (0..1024).collect());
        for descriptor in all.into_iter().filter(|descriptor| *descriptor > libc::STDERR_FILENO) {
            // SAFETY: sets a flag, and answers an error for a number that is no descriptor.
            unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
        }
    }
}

#[cfg(windows)]
mod system {
    use std::io;
    use std::os::windows::process::CommandExt;
    use std::process::{Child, Command};
    use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
    use windows_sys::Win32::System::Console::{
        GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
    };
    use windows_sys::Win32::System::Threading::{
        CREATE_BREAKAWAY_FROM_JOB, CREATE_NEW_PROCESS_GROUP, DETACHED_PROCESS,
    };

    /// Starts `command` without a console, in a process group of its own, outside the caller's job if that is
    /// allowed, and without the handles that this process was started with.
    pub fn spawn(command: &mut Command) -> io::Result<Child> {
        keep_handles();
        let alone = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP;
        // A job may forbid to leave it; then access is denied.
        command
            .creation_flags(alone | CREATE_BREAKAWAY_FROM_JOB)
            .spawn()
            .or_else(|_| command.creation_flags(alone).spawn())
    }

    /// A program that is started inherits every handle that may be inherited, whether it is named or not.
    fn keep_handles() {
        for name in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
            // SAFETY: clears a flag of a handle of this process, and answers an error for one that is none.
            unsafe { SetHandleInformation(GetStdHandle(name), HANDLE_FLAG_INHERIT, 0) };
        }
    }
}
