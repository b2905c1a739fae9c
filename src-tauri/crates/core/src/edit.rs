//! Changes of sits in the log by the user, and sits that the user adds by hand: which values are possible, and what is
//! stored.

use crate::ids::SessionId;
use crate::length::SitSeconds;
use crate::message;
use crate::message::Message;
use crate::session::{Details, Lifecycle, Origin, Register, Session, Source, Stage};
use crate::time::{Seconds, UtcOffset, WallTime};
use chrono::{DateTime, Datelike, SubsecRound, Utc};
use std::time::Duration;

/// The earliest year in which a sit can start. An earlier one is a typing error.
const FIRST_YEAR: i32 = 1900;
/// Maximum distance of local time from UTC, in minutes.
const MAX_OFFSET: u16 = 1439;

/// Values that the user enters for a sit. A value that is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionEdit {
    /// The note.
    pub note: Option<String>,
    /// The key of the label; empty: none.
    pub label: Option<String>,
    /// The start.
    pub start: Option<DateTime<Utc>>,
    /// The time sat.
    pub length: Option<Seconds>,
    /// Local time minus UTC during the sit.
    pub offset: Option<UtcOffset>,
}

impl SessionEdit {
    /// Sets the note and the label only.
    #[must_use]
    pub fn texts(note: impl Into<String>, label: impl Into<String>) -> Self {
        Self { note: Some(note.into()), label: Some(label.into()), ..Self::default() }
    }

    /// Returns the details of `session` after this edit. A value that equals the recorded one is stored as no correction.
    ///
    /// # Errors
    /// Why a changed value is impossible. A value that stays is not checked.
    pub fn apply(self, session: &Session, now: DateTime<Utc>) -> Result<Details, EditError> {
        let (before, length_before) = (session.effective_start(), session.effective_length());
        // Clients show whole seconds: a start in the same second as a known one is that one.
        let recorded = session.lifecycle.startedat;
        let start = match self.start {
            None => before.utc,
            Some(start) if is_same_second(start, before.utc) => before.utc,
            Some(start) if is_same_second(start, recorded) => recorded,
            Some(start) => start.trunc_subsecs(3),
        };
        let length = self.length.unwrap_or(length_before);
        let offset = self.offset.unwrap_or(before.offset);
        let (moved, resized) = (start != before.utc, length != length_before);
        if (moved || resized) && session.lifecycle.endedat().is_none() {
            return Err(EditError::NotOver);
        }
        if moved {
            check_start(start, now)?;
        }
        if resized {
            check_length(length)?;
        }
        if moved || resized {
            check_end(start, length, now)?;
        }
        if offset != before.offset {
            check_offset(offset)?;
        }
        let Details { note, label, .. } = &session.details.value;
        Ok(Details {
            note: self.note.unwrap_or_else(|| note.clone()),
            label: self.label.unwrap_or_else(|| label.clone()),
            corrected_start: (start != recorded).then_some(start),
            corrected_length: (length != session.lifecycle.satlength()).then_some(length),
            corrected_offset: (offset != session.utcoffset).then_some(offset),
        })
    }
}

fn is_same_second(one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    one.trunc_subsecs(0) == other.trunc_subsecs(0)
}

/// A sit that the user adds by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualSit {
    /// The id of its session.
    pub id: SessionId,
    /// The start.
    pub start: WallTime,
    /// The time sat.
    pub length: Seconds,
    /// The note.
    pub note: String,
    /// The key of the label; empty: none.
    pub label: String,
}

impl ManualSit {
    /// Returns the record: a completed session.
    ///
    /// # Errors
    /// Why a value is impossible.
    pub fn session(self, origin: Origin) -> Result<Session, EditError> {
        let Self { id, start: WallTime { utc, offset }, length, note, label } = self;
        let startedat = utc.trunc_subsecs(3);
        check_start(startedat, origin.createdat)?;
        check_length(length)?;
        check_end(startedat, length, origin.createdat)?;
        check_offset(offset)?;
        let stage =
            Stage::Completed { completedat: startedat + length.duration(), satlength: length };
        let untouched = Register::untouched(Details::default(), origin.deviceid);
        let details = Details { note, label, ..Details::default() };
        Ok(Session {
            id,
            lifecycle: Lifecycle { startedat, sitlength: length, stage },
            details: if details == untouched.value {
                untouched
            } else {
                untouched.set(details, origin.deviceid)
            },
            deletion: Register::untouched(None, origin.deviceid),
            utcoffset: offset,
            deviceid: origin.deviceid,
            source: Source::Manual,
            createdat: origin.createdat,
        })
    }
}

/// A value that no sit can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditError {
    /// The sit has not ended, so that its start and length cannot be corrected yet.
    NotOver,
    /// The start is before 1900.
    StartTooEarly,
    /// The start is in the future.
    StartInFuture,
    /// The sit would end in the future.
    EndInFuture,
    /// The length is zero.
    NoLength,
    /// The length is more than 24 hours.
    TooLong,
    /// The UTC offset is 24 hours or more.
    OffsetOutOfRange,
}

impl EditError {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::NotOver => message!("edit-not-over"),
            Self::StartTooEarly => message!("edit-start-too-early"),
            Self::StartInFuture => message!("edit-start-in-future"),
            Self::EndInFuture => message!("edit-end-in-future"),
            Self::NoLength => message!("edit-no-length"),
            Self::TooLong => message!("edit-too-long"),
            Self::OffsetOutOfRange => message!("edit-offset"),
        }
    }
}

crate::message_error!(EditError);

fn check_start(start: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), EditError> {
    if start.year() < FIRST_YEAR {
        Err(EditError::StartTooEarly)
    } else if start > now {
        Err(EditError::StartInFuture)
    } else {
        Ok(())
    }
}

fn check_length(length: Seconds) -> Result<(), EditError> {
    if length == Seconds::ZERO {
        return Err(EditError::NoLength);
    }
    SitSeconds::new(length.0).map(drop).map_err(|_| EditError::TooLong)
}

/// Checks that a sit is over. Its start was checked, or is recorded.
fn check_end(start: DateTime<Utc>, length: Seconds, now: DateTime<Utc>) -> Result<(), EditError> {
    // A recorded start can be in the future, if the clock was set back since.
    let elapsed = (now - start).to_std().unwrap_or(Duration::ZERO);
    if start <= now && length.duration() > elapsed { Err(EditError::EndInFuture) } else { Ok(()) }
}

fn check_offset(offset: UtcOffset) -> Result<(), EditError> {
    if offset.0.unsigned_abs() > MAX_OFFSET { Err(EditError::OffsetOutOfRange) } else { Ok(()) }
}
