//! Sessions for the tests.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::session::{Details, Lifecycle, Origin, Session, Stage};
use zafu_core::time::{Seconds, UtcOffset, WallTime};

pub fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn device(number: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(number))
}

/// A session of twenty minutes that has just started, with a new id.
pub fn started_session() -> Session {
    let start = WallTime::new(moment("2026-03-01T06:00:00.123Z"), UtcOffset(345));
    let origin = Origin { deviceid: device(7), createdat: moment("2026-03-01T05:59:50.001Z") };
    Session::new(SessionId(Uuid::new_v4()), start, Seconds(1200), origin)
}

fn at(sit: &Session, stage: Stage) -> Session {
    Session { lifecycle: Lifecycle { stage, ..sit.lifecycle }, ..sit.clone() }
}

/// The same session, completed.
pub fn completed(sit: &Session) -> Session {
    let completedat = sit.lifecycle.startedat + TimeDelta::seconds(1200);
    at(sit, Stage::Completed { completedat, satlength: Seconds(1200) })
}

/// The same session, ended early after this many seconds.
pub fn ended(sit: &Session, after: u32) -> Session {
    let endedat = sit.lifecycle.startedat + TimeDelta::seconds(after.into());
    at(sit, Stage::EndedEarly { endedat, satlength: Seconds(after) })
}

/// The same session, with a note of a device.
pub fn noted(sit: &Session, note: &str, by: DeviceId) -> Session {
    let value = Details { note: note.into(), ..sit.details.value.clone() };
    Session { details: sit.details.set(value, by), ..sit.clone() }
}

/// The same session, deleted by a device.
pub fn deleted(sit: &Session, by: DeviceId) -> Session {
    let at = Some(moment("2026-04-01T00:00:00Z"));
    Session { deletion: sit.deletion.set(at, by), ..sit.clone() }
}

/// This many completed sessions.
pub fn many(count: usize) -> Vec<Session> {
    (0..count).map(|_| completed(&started_session())).collect()
}
