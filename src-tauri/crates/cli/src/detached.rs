//! Starts a detached program: in its own session, with no descriptors or handles inherited from the caller.
//!
//! Ctrl-C, `timeout` and the end of the terminal do not affect it, and no pipe of the caller stays open until it ends.
//! Its standard error is a pipe to this process until this process ends, so that a failed start can be explained.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use zafu_engine::output::STARTED;

/// Interval at which it is checked whether a program without output has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Time limit for reading the rest of the output of a program that has ended: another process may hold its pipe open.
const FINAL_OUTPUT_TIMEOUT: Duration = Duration::from_millis(500);
/// Maximum number of lines that are stored to explain a failed start.
const MAX_LINES: usize = 200;

/// A started program.
pub struct Detached {
    child: Child,
    lines: Receiver<String>,
}

/// The state of a start.
pub enum State {
    /// The program has reported that it is running.
    Running,
    /// The program has ended.
    Ended {
        /// Its exit status.
        status: ExitStatus,
        /// Its standard error.
        stderr: String,
    },
    /// Neither happened within the time limit.
    Unknown {
        /// Its standard error until then.
        stderr: String,
    },
}

impl Detached {
    /// Starts `program`.
    ///
    /// # Errors
    /// Fails if the program cannot be started.
    pub fn start(program: &Path, args: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = system::spawn(&mut command)?;
        let (send, lines) = channel();
        if let Some(stderr) = child.stderr.take() {
            std::thread::Builder::new().name("stderr".into()).spawn(move || read(stderr, &send))?;
        }
        Ok(Self { child, lines })
    }

    /// Waits until the program is running or has ended, at most for `timeout`.
    ///
    /// # Errors
    /// Fails if the system does not report whether the program has ended.
    pub fn wait(mut self, timeout: Duration) -> io::Result<State> {
        let mut stderr = Vec::new();
        let mut polls = timeout.as_millis() / POLL_INTERVAL.as_millis();
        while polls > 0 {
            match self.lines.recv_timeout(POLL_INTERVAL) {
                Ok(line) if line == STARTED => return Ok(State::Running),
                // Only faulty libraries print more lines than this.
                Ok(line) if stderr.len() < MAX_LINES => stderr.push(line),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => polls -= 1,
                Err(RecvTimeoutError::Disconnected) => {
                    polls -= 1;
                    std::thread::sleep(POLL_INTERVAL);
                }
            }
            if let Some(status) = self.child.try_wait()? {
                while let Ok(line) = self.lines.recv_timeout(FINAL_OUTPUT_TIMEOUT) {
                    stderr.push(line);
                }
                return Ok(State::Ended { status, stderr: stderr.join("\n") });
            }
        }
        Ok(State::Unknown { stderr: stderr.join("\n") })
    }
}

/// Sends each line of the standard error of the program to `lines` until the program or this process ends.
fn read(stderr: ChildStderr, lines: &Sender<String>) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // Once the program is running, the lines have no receiver. The pipe is still read, so that the program never
        // blocks on a full pipe.
        let _ = lines.send(String::from_utf8_lossy(&line).trim_end().to_owned());
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
        set_close_on_exec();
        // SAFETY: between fork and exec only setsid is called, which is async-signal-safe and accesses no memory.
        unsafe {
            command.pre_exec(|| {
                // Fails only for the leader of a process group, which a forked process is not.
                if libc::setsid() == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
            });
        }
        command.spawn()
    }

    /// Sets close-on-exec on every descriptor beyond the standard ones.
    ///
    /// Descriptors that this process opened have it already; inherited ones (a lock of a script, the pipe of a command
    /// substitution) may not.
    fn set_close_on_exec() {
        let listed = std::fs::read_dir("/dev/fd").map(|entries| {
            let number = |entry: io::Result<std::fs::DirEntry>| {
                entry.ok()?.file_name().to_str()?.parse().ok()
            };
            entries.filter_map(number).collect::<Vec<i32>>()
        });
        let all = listed.unwrap_or_else(|_| (0..1024).collect());
        for descriptor in all.into_iter().filter(|descriptor| *descriptor > libc::STDERR_FILENO) {
            // SAFETY: sets a flag, and returns an error for a number that is not a descriptor.
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

    /// Starts `command` without a console, in its own process group, outside the caller's job if that is allowed, and
    /// without the handles that this process inherited.
    pub fn spawn(command: &mut Command) -> io::Result<Child> {
        make_handles_non_inheritable();
        let flags = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP;
        // A job can forbid breakaway; the call then fails with access denied.
        command
            .creation_flags(flags | CREATE_BREAKAWAY_FROM_JOB)
            .spawn()
            .or_else(|_| command.creation_flags(flags).spawn())
    }

    /// Makes the standard handles non-inheritable: a new process inherits every inheritable handle, even one
    /// that is not passed to it.
    fn make_handles_non_inheritable() {
        for name in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
            // SAFETY: clears a flag of a handle of this process, and returns an error for an invalid handle.
            unsafe { SetHandleInformation(GetStdHandle(name), HANDLE_FLAG_INHERIT, 0) };
        }
    }
}
