//! Work that the user can interrupt by Ctrl-C.

use crate::signals::Signals;
use std::io;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::{Interval, interval};

/// How often the caller may show how far the work is.
const PERIOD: Duration = Duration::from_secs(1);

/// Receives the signals that end a process by default. From its creation on, they do not end it.
pub struct Interrupts {
    runtime: Runtime,
    signals: Signals,
}

/// What happens while work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Another second has passed.
    Second,
    /// The user or the system wants the process to end.
    Interrupt,
}

/// What ends a wait.
enum Next<T> {
    Done(T),
    Happened(Happened),
}

impl Interrupts {
    /// Begins to receive the signals.
    ///
    /// # Errors
    /// The system does not allow it.
    pub fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let signals = {
            let _inside = runtime.enter();
            Signals::new()?
        };
        Ok(Self { runtime, signals })
    }

    /// Does `work` on a thread of its own to its end, and tells `on` what happens meanwhile.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn during<T: Send>(
        &mut self,
        work: impl FnOnce() -> T + Send,
        mut on: impl FnMut(Happened),
    ) -> io::Result<T> {
        std::thread::scope(|scope| {
            let (send, mut result) = oneshot::channel();
            std::thread::Builder::new().name("work".into()).spawn_scoped(scope, move || {
                let _ = send.send(work());
            })?;
            let mut seconds = self.seconds();
            loop {
                // `on` may block, and use a runtime of its own.
                match self.next(&mut result, &mut seconds)? {
                    Next::Done(result) => return Ok(result),
                    Next::Happened(happened) => on(happened),
                }
            }
        })
    }

    /// Does `work` on a thread of its own; returns `None` if it is interrupted. Then its thread ends with the process.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn until_interrupted<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<Option<T>> {
        let (send, mut result) = oneshot::channel();
        std::thread::Builder::new().name("work".into()).spawn(move || {
            let _ = send.send(work());
        })?;
        let mut seconds = self.seconds();
        loop {
            match self.next(&mut result, &mut seconds)? {
                Next::Done(result) => return Ok(Some(result)),
                Next::Happened(Happened::Interrupt) => return Ok(None),
                Next::Happened(Happened::Second) => {}
            }
        }
    }

    fn seconds(&self) -> Interval {
        let _inside = self.runtime.enter();
        let mut seconds = interval(PERIOD);
        seconds.reset();
        seconds
    }

    fn next<T>(
        &mut self,
        result: &mut oneshot::Receiver<T>,
        seconds: &mut Interval,
    ) -> io::Result<Next<T>> {
        let Self { runtime, signals } = self;
        runtime.block_on(async {
            tokio::select! {
                biased;
                result = &mut *result => match result {
                    Ok(result) => Ok(Next::Done(result)),
                    Err(_) => Err(io::Error::other("a thread has panicked")),
                },
                _ = signals.next() => Ok(Next::Happened(Happened::Interrupt)),
                _ = seconds.tick() => Ok(Next::Happened(Happened::Second)),
            }
        })
    }
}
