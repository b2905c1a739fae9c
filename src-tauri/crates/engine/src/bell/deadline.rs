//! Work that may never return (a dead network mount, a sound server that stands still), done on a thread of its own
//! and waited for only so long.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, mpsc};
use std::thread::Builder;
use std::time::Duration;

/// While more threads than this hang, no further one is started.
const MOST_ABANDONED: usize = 8;

/// Threads that hang and that nobody waits for any more.
static ABANDONED: AtomicUsize = AtomicUsize::new(0);

/// Begins the names of threads whose panics are expected.
const PREFIX: &str = "zafu-try-";

/// How long the end of a thread is waited for when all its work is done.
const END: Duration = Duration::from_secs(2);

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoResult {
    /// The work was not done in time. It goes on by itself, and its result is dropped.
    Late,
    /// The work panicked.
    Panicked,
}

/// Does `work` on a new thread and returns its result if it comes within `deadline`.
///
/// # Errors
/// [`NoResult`]; also [`NoResult::Late`] if too many earlier threads still hang, or the system has no thread left.
pub fn within<T: Send + 'static>(
    deadline: Duration,
    name: &str,
    work: impl FnOnce(&Abandoned) -> T + Send + 'static,
) -> Result<T, NoResult> {
    let abandoned = Abandoned::default();
    let seen = abandoned.clone();
    Worker::<()>::start(name, abandoned)?.call(deadline, move |()| work(&seen))
}

/// Tells work that nobody waits for it any more.
#[derive(Clone, Debug, Default)]
pub struct Abandoned(Arc<Mutex<Life>>);

/// How a thread fares.
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

/// A thread that owns a state, which is made and dropped there and never leaves it.
#[derive(Debug)]
pub struct Worker<S> {
    /// None once it is to end.
    jobs: Option<mpsc::Sender<Job<S>>>,
    ended: mpsc::Receiver<()>,
    abandoned: Abandoned,
}

impl<S: Default + 'static> Worker<S> {
    /// Starts the thread. `abandoned` tells its work when it is not waited for any more.
    ///
    /// # Errors
    /// [`NoResult::Late`] if too many earlier threads still hang, or the system has no thread left.
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
            // Dropped after the state, also in a panic.
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

    /// Does `work` on the thread and returns its result if it comes within `deadline`. After an error the thread
    /// takes no more work.
    ///
    /// # Errors
    /// [`NoResult`].
    pub fn call<T: Send + 'static>(
        &self,
        deadline: Duration,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, NoResult> {
        let (done, result) = mpsc::sync_channel(1);
        let job = move |state: &mut S| {
            // If nobody waits for it any more, it is dropped here.
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
    /// Lets the thread drop its state and end, and waits for that, but not for ever.
    fn drop(&mut self) {
        self.jobs = None;
        if !self.abandoned.is_set()
            && self.ended.recv_timeout(END) == Err(mpsc::RecvTimeoutError::Timeout)
        {
            self.abandoned.set();
        }
    }
}

/// The end of a thread.
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

/// Sends the panics of these threads to the log: whoever waits says what is wrong, and a person's terminal gets no
/// backtrace.
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
    fn work_that_does_not_return_is_abandoned_and_told_so() {
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
    fn the_state_of_a_worker_is_dropped_before_it_is_gone() {
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
