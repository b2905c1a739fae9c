//! The writer thread. It owns the writing connection and runs jobs one after the other. Those of the engine's thread are
//! urgent: a long job checks whether an urgent one is waiting, and yields to it. A job that can wait yields to any other.

use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::thread::JoinHandle;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The number of waiting jobs of some kind.
#[derive(Clone, Default)]
pub(crate) struct Waiting(Arc<AtomicUsize>);

/// The waiting urgent jobs.
pub(crate) type Urgent = Waiting;

impl Waiting {
    /// Returns whether a job that yields to them should roll back and run again later.
    pub fn waits(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn remove(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A handle to the writer thread. Dropping it waits until the connection is closed.
pub(crate) struct Writer {
    /// None only during drop.
    jobs: Option<Sender<Job>>,
    urgent: Urgent,
    /// All waiting jobs.
    waiting: Waiting,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub fn spawn(mut connection: Connection) -> std::io::Result<Self> {
        let (jobs, queue) = channel::<Job>();
        let thread = std::thread::Builder::new().name("zafu-store".into()).spawn(move || {
            for job in queue {
                job(&mut connection);
            }
        })?;
        let (urgent, waiting) = (Urgent::default(), Waiting::default());
        Ok(Self { jobs: Some(jobs), urgent, waiting, thread: Some(thread) })
    }

    /// Runs `job` on the thread and returns its result. A panic in the job rolls back its transaction and is resumed on the
    /// calling thread; the writer thread continues.
    pub fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> T {
        let (reply, replies) = sync_channel(1);
        let waiting = self.waiting.clone();
        waiting.add();
        let job: Job = Box::new(move |connection| {
            waiting.remove();
            let outcome = catch_unwind(AssertUnwindSafe(|| job(connection)));
            // The caller waits below, so the channel is still open.
            let _ = reply.send(outcome);
        });
        let jobs = self.jobs.as_ref().expect("taken only by drop");
        jobs.send(job).expect("the thread ends only when `jobs` is dropped");
        match replies.recv().expect("every accepted job sends a reply, even if it panics") {
            Ok(result) => result,
            Err(panic) => resume_unwind(panic),
        }
    }
}

impl Writer {
    /// Runs an urgent `job`, to which long jobs yield.
    pub fn run_urgently<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> T {
        let urgent = self.urgent();
        urgent.add();
        self.run(move |connection| {
            urgent.remove();
            job(connection)
        })
    }

    /// Returns the counter that long jobs check.
    pub fn urgent(&self) -> Urgent {
        self.urgent.clone()
    }

    /// Returns the counter that jobs check which can wait.
    pub fn waiting(&self) -> Waiting {
        self.waiting.clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // Panics of jobs are caught in `run`.
            let _ = thread.join();
        }
    }
}
