//! Reads files on a thread of its own, so that one processor reads while another stages what was read.

use crate::protocol::{ErrorCode, IpcError};
use std::fs::File;
use std::mem;
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::mpsc;
use std::thread;
use zafu_core::message;
use zafu_formats::{Event, Options, Outcome, ReadError};

/// How many events are passed on together, unless their notes are long: as many bytes of notes.
const EVENTS: usize = 512;
const NOTE_BYTES: usize = 256 << 10;

/// How many times as many can wait until they are taken. Memory stays bounded.
const WAITING: usize = 2;

/// Reads `files`, and passes each event to `take` on the calling thread, in their order.
///
/// # Errors
/// `take` has failed, which ends the reading, or there is no thread. Inside: a file cannot be imported.
pub(super) fn read(
    files: &mut [File],
    options: Options<'_>,
    mut take: impl FnMut(Event) -> Result<(), IpcError>,
) -> Result<Result<Outcome, ReadError>, IpcError> {
    thread::scope(|scope| {
        let (sender, batches) = mpsc::sync_channel(WAITING);
        let reader = thread::Builder::new().name("import-read".into());
        let reader = reader.spawn_scoped(scope, move || {
            let mut batch = Batch::default();
            let outcome = zafu_formats::read(files, options, &mut |event| {
                batch.add(event);
                // Nobody receives any more once `take` has failed.
                if batch.is_full() && sender.send(mem::take(&mut batch).events).is_err() {
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            });
            let _ = sender.send(batch.events);
            outcome
        });
        let reader = reader.map_err(|error| {
            let reason = error.to_string();
            IpcError::new(ErrorCode::Engine, message!("engine-fault", reason = reason))
        })?;
        for event in batches.into_iter().flatten() {
            take(event)?;
        }
        reader.join().map_err(|panic| resume_unwind(panic))
    })
}

/// Events that are passed on together.
#[derive(Default)]
struct Batch {
    events: Vec<Event>,
    note_bytes: usize,
}

impl Batch {
    fn add(&mut self, event: Event) {
        let sit = match &event {
            Event::Sit(found) => Some(&found.sit),
            Event::Skipped(skipped) => skipped.offered.as_deref(),
            Event::Label(_) | Event::Progress(_) => None,
        };
        self.note_bytes += sit.map_or(0, |sit| sit.note.len());
        self.events.push(event);
    }

    /// Progress is passed on at once: the user sees it, and cancels by it.
    fn is_full(&self) -> bool {
        let is_progress = matches!(self.events.last(), Some(Event::Progress(_)));
        is_progress || self.events.len() >= EVENTS || self.note_bytes >= NOTE_BYTES
    }
}
