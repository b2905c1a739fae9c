//! Converts sessions to the sits of exports, and back.

use zafu_core::session::{Details, Lifecycle, Origin, Register, Session, Source, Stage};
use zafu_formats::{Record, Sit, SitOutcome};

/// Returns the session of a sit that was read from a file. Its label is the name of one. Everything that the file does not
/// tell is of `origin`. Its source is an import, whatever the file says: a sit that is exported from one account and
/// imported into another does not count in the shared goals of both.
#[must_use]
pub fn session_of(sit: Sit, origin: Origin) -> Session {
    let outcome = sit.outcome();
    let Sit { id, start, length, planned, label, note, record } = sit;
    let recorded = record.as_ref();
    let recorded_start = recorded.and_then(|it| it.recorded_start);
    let recorded_offset = recorded.and_then(|it| it.recorded_offset);
    let recorded_length = recorded.and_then(|it| it.recorded_length);
    let details = Details {
        note,
        label,
        corrected_start: recorded_start.map(|_| start.utc),
        corrected_length: recorded_length.map(|_| length),
        corrected_offset: recorded_offset.map(|_| start.offset),
    };
    let untouched = Register::untouched(Details::default(), origin.deviceid);
    let startedat = recorded_start.unwrap_or(start.utc);
    let satlength = recorded_length.unwrap_or(length);
    let endedat = recorded.map_or_else(|| startedat + satlength.duration(), |it| it.ended);
    Session {
        id,
        lifecycle: Lifecycle {
            startedat,
            sitlength: planned.unwrap_or(satlength),
            stage: match outcome {
                SitOutcome::Completed => Stage::Completed { completedat: endedat, satlength },
                SitOutcome::EndedEarly => Stage::EndedEarly { endedat, satlength },
            },
        },
        details: if details == untouched.value {
            untouched
        } else {
            untouched.set(details, origin.deviceid)
        },
        deletion: Register::untouched(None, origin.deviceid),
        utcoffset: recorded_offset.unwrap_or(start.offset),
        deviceid: origin.deviceid,
        source: Source::Import,
        createdat: recorded.map_or(origin.createdat, |it| it.created),
    }
}

/// Returns the sit of a session, with the name of its label; none if the session has not ended.
#[must_use]
pub fn sit_of(session: &Session, label: String) -> Option<Sit> {
    let Session { lifecycle, details, .. } = session;
    let (outcome, ended) = match lifecycle.stage {
        Stage::Started => return None,
        Stage::EndedEarly { endedat, .. } => (SitOutcome::EndedEarly, endedat),
        Stage::Completed { completedat, .. } => (SitOutcome::Completed, completedat),
    };
    let details = &details.value;
    Some(Sit {
        id: session.id,
        start: session.effective_start(),
        length: session.effective_length(),
        planned: Some(lifecycle.sitlength),
        label,
        note: details.note.clone(),
        record: Some(Record {
            outcome,
            ended,
            source: session.source,
            created: session.createdat,
            recorded_start: details.corrected_start.map(|_| lifecycle.startedat),
            recorded_offset: details.corrected_offset.map(|_| session.utcoffset),
            recorded_length: details.corrected_length.map(|_| lifecycle.satlength()),
        }),
    })
}
