//! The one thread that writes. It owns the writing connection, takes one job after the other, and sleeps while
//! there is none. What the timer saves is urgent: a long job looks whether anything urgent waits, and gives way.

use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::thread::JoinHandle;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Says whether anything urgent waits.
#[derive(Clone, Default)]
pub(crate) struct Urgent(Arc<AtomicUsize>);

impl Urgent {
    /// Whether a job that takes long should be undone and begun anew later.
    pub fn waits(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// A handle on the thread. Dropping it waits until the connection is closed.
pub(crate) struct Writer {
    /// `None` only while it is being dropped.
    jobs: Option<Sender<Job>>,
    /// How many urgent jobs wait.
    urgent: Urgent,
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
        Ok(Self { jobs: Some(jobs), urgent: Urgent::default(), thread: Some(thread) })
    }

    /// Has the thread do `job`, and waits for its answer. A panic in the job undoes its transaction and goes on
    /// here; the thread lives.
    pub fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> T {
        let (answer, answered) = sync_channel(1);
        let job: Job = Box::new(move |connection| {
            let outcome = catch_unwind(AssertUnwindSafe(|| job(connection)));
            // Whoever asked waits below, so that there is always someone to take it.
            let _ = answer.send(outcome);
        });
        let jobs = self.jobs.as_ref().expect("taken only by drop");
        jobs.send(job).expect("the thread ends only when `jobs` is dropped");
        match answered.recv().expect("every job that was taken answers, even if it panics") {
            Ok(answer) => answer,
            Err(panic) => resume_unwind(panic),
        }
    }
}

impl Writer {
    /// The same, for what must not wait for long.
    pub fn run_urgently<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> T {
        let Urgent(waiting) = self.urgent();
        waiting.fetch_add(1, Ordering::Relaxed);
        self.run(move |connection| {
            waiting.fetch_sub(1, Ordering::Relaxed);
            job(connection)
        })
    }

    /// For jobs that give way.
    pub fn urgent(&self) -> Urgent {
        self.urgent.clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // No job can make the thread panic: see `run`.
            let _ = thread.join();
        }
    }
}
