//! Runs work that may never return (a dead network mount, a hung sound server) on a separate thread, with a deadline.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, mpsc};
use std::thread::Builder;
use std::time::Duration;

/// While this many threads hang, no other is started.
const MOST_ABANDONED: usize = 8;

/// Number of threads that hang and whose callers have stopped waiting.
static ABANDONED: AtomicUsize = AtomicUsize::new(0);

/// Prefix of the names of these threads. Their panics are contained and logged.
const PREFIX: &str = "zafu-try-";

/// Maximum wait for a thread to end after its last job.
const END: Duration = Duration::from_secs(2);

/// The reason why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoResult {
    /// The work missed its deadline. It continues on its thread, and its result is dropped.
    Late,
    /// The work panicked.
    Panicked,
}

/// Runs `work` on a new thread and returns its result if it arrives within `deadline`.
///
/// # Errors
/// [`NoResult`]; also [`NoResult::Late`] if too many earlier threads still hang, or no thread can be started.
pub fn within<T: Send + 'static>(
    deadline: Duration,
    name: &str,
    work: impl FnOnce(&Abandoned) -> T + Send + 'static,
) -> Result<T, NoResult> {
    let abandoned = Abandoned::default();
    let seen = abandoned.clone();
    Worker::<()>::start(name, abandoned)?.call(deadline, move |()| work(&seen))
}

/// Tells running work that its caller has stopped waiting.
#[derive(Clone, Debug, Default)]
pub struct Abandoned(Arc<Mutex<Life>>);

/// The state of a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Life {
    #[default]
    Awaited,
    Abandoned,
    Ended,
}

impl Abandoned {
    /// Returns whether the caller has stopped waiting.
    pub fn is_set(&self) -> bool {
        *self.lock() == Life::Abandoned
    }

    pub(super) fn set(&self) {
        let mut life = self.lock();
        if *life == Life::Awaited {
            *life = Life::Abandoned;
            ABANDONED.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn end(&self) {
        if std::mem::replace(&mut *self.lock(), Life::Ended) == Life::Abandoned {
            ABANDONED.fetch_sub(1, Ordering::AcqRel);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Life> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// A thread that owns a state, which is created, used and dropped on that thread.
#[derive(Debug)]
pub struct Worker<S> {
    /// `None` once the thread must end.
    jobs: Option<mpsc::Sender<Job<S>>>,
    ended: mpsc::Receiver<()>,
    abandoned: Abandoned,
}

impl<S: Default + 'static> Worker<S> {
    /// Starts the thread. `abandoned` is set when the caller has stopped waiting for its work.
    ///
    /// # Errors
    /// [`NoResult::Late`] if too many earlier threads still hang, or no thread can be started.
    pub fn start(name: &str, abandoned: Abandoned) -> Result<Self, NoResult> {
        if ABANDONED.load(Ordering::Acquire) >= MOST_ABANDONED {
            tracing::warn!(name, "not tried: earlier tries still hang");
            return Err(NoResult::Late);
        }
        log_panics_of_these_threads();
        let (jobs, queue) = mpsc::channel::<Job<S>>();
        let (end, ended) = mpsc::channel();
        let life = abandoned.clone();
        let run = move || {
            // Dropped after `state`, even on a panic.
            let _end = End { life, end };
            let mut state = S::default();
            for job in queue {
                job(&mut state);
            }
        };
        if let Err(error) = Builder::new().name(format!("{PREFIX}{name}")).spawn(run) {
            tracing::warn!(%error, name, "no thread");
            return Err(NoResult::Late);
        }
        Ok(Self { jobs: Some(jobs), ended, abandoned })
    }

    /// Runs `work` on the thread and returns its result if it arrives within `deadline`. Do not use the worker again
    /// after an error.
    ///
    /// # Errors
    /// [`NoResult::Late`] after `deadline`, [`NoResult::Panicked`] if the work panicked.
    pub fn call<T: Send + 'static>(
        &self,
        deadline: Duration,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, NoResult> {
        let (done, result) = mpsc::sync_channel(1);
        let job = move |state: &mut S| {
            // Fails if the caller has stopped waiting: the result is dropped.
            let _ = done.send(work(state));
        };
        let jobs = self.jobs.as_ref().ok_or(NoResult::Late)?;
        jobs.send(Box::new(job)).map_err(|_| NoResult::Panicked)?;
        result.recv_timeout(deadline).map_err(|error| match error {
            mpsc::RecvTimeoutError::Disconnected => NoResult::Panicked,
            mpsc::RecvTimeoutError::Timeout => {
                self.abandoned.set();
                NoResult::Late
            }
        })
    }
}

impl<S> Drop for Worker<S> {
    /// Ends the thread, which drops its state, and waits for it for at most 2 s.
    fn drop(&mut self) {
        self.jobs = None;
        if !self.abandoned.is_set()
            && self.ended.recv_timeout(END) == Err(mpsc::RecvTimeoutError::Timeout)
        {
            self.abandoned.set();
        }
    }
}

/// Reports the end of a thread when it is dropped.
struct End {
    life: Abandoned,
    end: mpsc::Sender<()>,
}

impl Drop for End {
    fn drop(&mut self) {
        self.life.end();
        let _ = self.end.send(());
    }
}

/// Logs the panics of these threads instead of printing them: the caller reports the error, and the user's terminal
/// shows no backtrace.
fn log_panics_of_these_threads() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().name().is_some_and(|name| name.starts_with(PREFIX)) {
                tracing::warn!(%panic, "contained");
            } else {
                others(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_result_in_time_is_returned() {
        assert_eq!(within(LONG, "test", |_| 7), Ok(7));
    }

    #[test]
    fn a_panic_is_contained() {
        let work = |_: &Abandoned| panic!("on purpose");
        assert_eq!(within(LONG, "test", work), Err::<(), _>(NoResult::Panicked));
    }

    #[test]
    fn work_that_does_not_return_is_abandoned_and_can_see_it() {
        let (release, released) = mpsc::channel::<()>();
        let (told, was_told) = mpsc::channel();
        let work = move |abandoned: &Abandoned| {
            released.recv().expect("the test releases it");
            told.send(abandoned.is_set()).expect("the test waits");
        };
        assert_eq!(within(Duration::from_millis(1), "test", work), Err(NoResult::Late));
        release.send(()).expect("it waits");
        assert_eq!(was_told.recv(), Ok(true));
    }

    #[test]
    fn the_state_of_a_worker_is_dropped_before_its_thread_ends() {
        let (dropped, was_dropped) = mpsc::channel();
        struct State(mpsc::Sender<()>);
        impl Drop for State {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        let worker = Worker::<Option<State>>::start("test", Abandoned::default()).unwrap();
        worker.call(LONG, move |state| *state = Some(State(dropped))).unwrap();
        drop(worker);
        assert_eq!(was_dropped.try_recv(), Ok(()));
    }
}
