//! Sessions in Rust and as JSON.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::session::{Details, Lifecycle, Origin, Register, Session, Source, Stage};
use zafu_core::time::{Seconds, UtcOffset, WallTime};

pub fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment in RFC 3339")
}

pub fn device(number: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(number))
}

/// A session of ten minutes that has just started, with a new id.
pub fn session_started_at(start: DateTime<Utc>) -> Session {
    let origin = Origin { deviceid: device(1), createdat: start };
    let start = WallTime::new(start, UtcOffset(60));
    Session::new(SessionId(Uuid::new_v4()), start, Seconds(600), origin)
}

pub fn started_session() -> Session {
    session_started_at(moment("2026-03-01T06:00:00.250Z"))
}

/// The same session, completed.
pub fn completed(sit: &Session) -> Session {
    let completedat = sit.lifecycle.startedat + Duration::seconds(600);
    let stage = Stage::Completed { completedat, satlength: Seconds(600) };
    Session { lifecycle: Lifecycle { stage, ..sit.lifecycle }, ..sit.clone() }
}

/// The same session, ended early after this many seconds.
pub fn ended(sit: &Session, after: u32) -> Session {
    let endedat = sit.lifecycle.startedat + Duration::seconds(after.into());
    let stage = Stage::EndedEarly { endedat, satlength: Seconds(after) };
    Session { lifecycle: Lifecycle { stage, ..sit.lifecycle }, ..sit.clone() }
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

/// The session as JSON.
pub fn wire(sit: &Session) -> Value {
    let stamp = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({
        "id": sit.id,
        "startedat": stamp(sit.lifecycle.startedat),
        "sitlength": sit.lifecycle.sitlength,
        "satlength": sit.lifecycle.satlength(),
        "iscompleted": sit.lifecycle.is_completed(),
        "completedat": sit.lifecycle.completedat().map(stamp),
        "endedat": sit.lifecycle.endedat().map(stamp),
        "createdat": stamp(sit.createdat),
        "utcoffset": sit.utcoffset,
        "deviceid": sit.deviceid,
        "source": sit.source,
        "note": sit.details.value.note,
        "label": sit.details.value.label,
        "correctedstart": sit.details.value.corrected_start.map(stamp),
        "correctedlength": sit.details.value.corrected_length,
        "correctedoffset": sit.details.value.corrected_offset,
        "detailsrevision": sit.details.revision,
        "detailsdevice": sit.details.deviceid,
        "deletedat": sit.deletion.value.map(stamp),
        "deletionrevision": sit.deletion.revision,
        "deletiondevice": sit.deletion.deviceid,
    })
}

/// Writes a row as the app does: its fields in the order of the server's type, without spaces.
pub fn in_app_order(row: &Value) -> String {
    const KEYS: [&str; 21] = [
        "id",
        "startedat",
        "sitlength",
        "satlength",
        "iscompleted",
        "completedat",
        "endedat",
        "createdat",
        "utcoffset",
        "deviceid",
        "source",
        "note",
        "label",
        "correctedstart",
        "correctedlength",
        "correctedoffset",
        "detailsrevision",
        "detailsdevice",
        "deletedat",
        "deletionrevision",
        "deletiondevice",
    ];
    let Some(row) = row.as_object() else { return row.to_string() };
    let field = |key: &&str| Some(format!("{}:{}", json!(key), row.get(*key)?));
    format!("{{{}}}", KEYS.iter().filter_map(field).collect::<Vec<_>>().join(","))
}

/// Rows of this many completed sessions.
pub fn many(count: usize) -> Vec<Value> {
    (0..count).map(|_| wire(&completed(&started_session()))).collect()
}

/// Parses a row.
pub fn read(row: &Value) -> Session {
    let text = |key: &str| row[key].as_str().unwrap_or_else(|| panic!("{key} in {row}"));
    let uuid = |key| Uuid::parse_str(text(key)).expect("a UUID");
    let maybe = |key: &str| row[key].as_str().map(moment);
    let number = |key: &str| {
        let number = row[key].as_u64().unwrap_or_else(|| panic!("{key} in {row}"));
        u32::try_from(number).expect("a number of 32 bits")
    };
    let satlength = Seconds(number("satlength"));
    let stage = match (maybe("completedat"), maybe("endedat")) {
        (Some(completedat), _) => Stage::Completed { completedat, satlength },
        (None, Some(endedat)) => Stage::EndedEarly { endedat, satlength },
        (None, None) => Stage::Started,
    };
    let offset = row["utcoffset"].as_i64().expect("an offset");
    Session {
        id: SessionId(uuid("id")),
        lifecycle: Lifecycle {
            startedat: moment(text("startedat")),
            sitlength: Seconds(number("sitlength")),
            stage,
        },
        details: Register {
            value: Details {
                note: text("note").into(),
                label: text("label").into(),
                corrected_start: maybe("correctedstart"),
                corrected_length: (!row["correctedlength"].is_null())
                    .then(|| Seconds(number("correctedlength"))),
                corrected_offset: row["correctedoffset"]
                    .as_i64()
                    .map(|offset| UtcOffset(offset.try_into().expect("an offset of 16 bits"))),
            },
            revision: number("detailsrevision"),
            deviceid: DeviceId(uuid("detailsdevice")),
        },
        deletion: Register {
            value: maybe("deletedat"),
            revision: number("deletionrevision"),
            deviceid: DeviceId(uuid("deletiondevice")),
        },
        utcoffset: UtcOffset(offset.try_into().expect("an offset of 16 bits")),
        deviceid: DeviceId(uuid("deviceid")),
        source: Source::from_name(text("source")).expect("a source"),
        createdat: moment(text("createdat")),
    }
}
