//! What goes over the wire, exactly as the functions in `supabase/migrations` take and answer it.
//!
//! A sit is the composite type `zafu.session`: every key is always there, moments are RFC 3339, lengths are whole
//! seconds. What answers is believed only if it is JSON of the expected shape.

use crate::remote::{
    DigestAnswer, Fault, Health, Judged, Page, PullAnswer, PushAnswer, RemoteError, Word,
};
use chrono::{DateTime, Datelike, SecondsFormat, SubsecRound, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::session::{Details, Lifecycle, Register, Session, Source, Stage};
use zafu_core::time::{Seconds, UtcOffset};
use zafu_store::{Cursor, UnreadableRow};

/// A sit as it is sent and answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row<'a> {
    id: SessionId,
    #[serde(serialize_with = "millis")]
    startedat: DateTime<Utc>,
    sitlength: Seconds,
    satlength: Seconds,
    iscompleted: bool,
    #[serde(serialize_with = "maybe_millis")]
    completedat: Option<DateTime<Utc>>,
    #[serde(serialize_with = "maybe_millis")]
    endedat: Option<DateTime<Utc>>,
    #[serde(serialize_with = "millis")]
    createdat: DateTime<Utc>,
    utcoffset: UtcOffset,
    deviceid: DeviceId,
    source: Source,
    note: Cow<'a, str>,
    label: Cow<'a, str>,
    #[serde(serialize_with = "maybe_millis")]
    correctedstart: Option<DateTime<Utc>>,
    correctedlength: Option<Seconds>,
    detailsrevision: u32,
    detailsdevice: DeviceId,
    #[serde(serialize_with = "maybe_millis")]
    deletedat: Option<DateTime<Utc>>,
    deletionrevision: u32,
    deletiondevice: DeviceId,
}

/// Minutes between local time and UTC, at most.
const LARGEST_OFFSET: u16 = 1439;

/// A row that a server answered: the sit that it says, or its text.
fn row_of(text: &RawValue) -> Result<Session, UnreadableRow> {
    read_row(text.get())
        .ok_or_else(|| UnreadableRow { id: id_of(text.get()), body: text.get().into() })
}

/// The sit that a row says, if this version can read it. What a later server says besides is passed over: a newer
/// additive schema stops nobody.
pub(crate) fn read_row(text: &str) -> Option<Session> {
    serde_json::from_str::<Row<'static>>(text).ok()?.readable()
}

/// The id that a row says; for one that says none, an id that is made of its text.
fn id_of(text: &str) -> Uuid {
    #[derive(Deserialize)]
    struct Named {
        id: Uuid,
    }
    serde_json::from_str::<Named>(text)
        .map_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()), |named| named.id)
}

fn millis<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn maybe_millis<S: Serializer>(
    at: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => millis(at, serializer),
        None => serializer.serialize_none(),
    }
}

impl<'a> From<&'a Session> for Row<'a> {
    fn from(sit: &'a Session) -> Self {
        let Session { lifecycle, details, deletion, .. } = sit;
        Self {
            id: sit.id,
            startedat: lifecycle.startedat,
            sitlength: lifecycle.sitlength,
            satlength: lifecycle.satlength(),
            iscompleted: lifecycle.is_completed(),
            completedat: lifecycle.completedat(),
            endedat: lifecycle.endedat(),
            createdat: sit.createdat,
            utcoffset: sit.utcoffset,
            deviceid: sit.deviceid,
            source: sit.source,
            note: Cow::Borrowed(&details.value.note),
            label: Cow::Borrowed(&details.value.label),
            correctedstart: details.value.corrected_start,
            correctedlength: details.value.corrected_length,
            detailsrevision: details.revision,
            detailsdevice: details.deviceid,
            deletedat: deletion.value,
            deletionrevision: deletion.revision,
            deletiondevice: deletion.deviceid,
        }
    }
}

impl Row<'_> {
    /// The sit that it says, unless it contradicts itself or says what no table of this version can hold.
    fn readable(self) -> Option<Session> {
        let moments = [
            Some(self.startedat),
            self.completedat,
            self.endedat,
            Some(self.createdat),
            self.correctedstart,
            self.deletedat,
        ];
        // A leap second has more than a thousand milliseconds, and no text that SQLite reads.
        let is_odd = |at: DateTime<Utc>| {
            !(1..=9999).contains(&at.year()) || at.timestamp_subsec_nanos() >= 1_000_000_000
        };
        let fits = !moments.into_iter().flatten().any(is_odd)
            && self.utcoffset.0.unsigned_abs() <= LARGEST_OFFSET
            && !self.note.contains('\0')
            && !self.label.contains('\0');
        if fits { self.session() } else { None }
    }

    /// The sit that it says, unless it contradicts itself.
    fn session(self) -> Option<Session> {
        let at = |moment: DateTime<Utc>| moment.trunc_subsecs(3);
        let satlength = self.satlength;
        let stage = match (self.iscompleted, self.completedat.map(at), self.endedat.map(at)) {
            (true, Some(completedat), Some(endedat)) if completedat == endedat => {
                Stage::Completed { completedat, satlength }
            }
            (false, None, Some(endedat)) => Stage::EndedEarly { endedat, satlength },
            (false, None, None) if satlength == Seconds::ZERO => Stage::Started,
            _ => return None,
        };
        Some(Session {
            id: self.id,
            lifecycle: Lifecycle {
                startedat: at(self.startedat),
                sitlength: self.sitlength,
                stage,
            },
            details: Register {
                value: Details {
                    note: self.note.into_owned(),
                    label: self.label.into_owned(),
                    corrected_start: self.correctedstart.map(at),
                    corrected_length: self.correctedlength,
                },
                revision: self.detailsrevision,
                deviceid: self.detailsdevice,
            },
            deletion: Register {
                value: self.deletedat.map(at),
                revision: self.deletionrevision,
                deviceid: self.deletiondevice,
            },
            utcoffset: self.utcoffset,
            deviceid: self.deviceid,
            source: self.source,
            createdat: at(self.createdat),
        })
    }
}

/// The body of `push_sessions`.
#[must_use]
pub fn push_body(sits: &[Session], erased: Option<Uuid>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        sessions: Vec<Row<'a>>,
        erasure_id: Uuid,
    }
    let sessions: Vec<Row<'_>> = sits.iter().map(Row::from).collect();
    match erased {
        None => json(&sessions),
        Some(erasure_id) => json(&Body { sessions, erasure_id }),
    }
}

/// The body of `pull_sessions`.
#[must_use]
pub fn pull_body(after: Option<Cursor>, page: Page) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body {
        after_seq: Option<i64>,
        after_history_id: Option<Uuid>,
        max_rows: u32,
        max_bytes: u32,
    }
    json(&Body {
        after_seq: after.map(|after| after.seq),
        after_history_id: after.map(|after| after.history_id),
        max_rows: page.rows,
        max_bytes: page.bytes,
    })
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_else(|_| unreachable!("no map in it has keys but texts"))
}

/// An answer of HTTP, before anything is believed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

/// `{seq, history_id}`.
#[derive(Deserialize)]
struct Place {
    seq: i64,
    history_id: Uuid,
}

impl From<Place> for Cursor {
    fn from(Place { seq, history_id }: Place) -> Self {
        Self { seq, history_id }
    }
}

impl Response {
    /// The answer, if it is one: success, and of the expected shape.
    fn read<T: DeserializeOwned>(&self) -> Result<T, RemoteError> {
        if !(200..300).contains(&self.status) {
            return Err(self.refusal());
        }
        serde_json::from_slice(&self.body).map_err(|_| Fault::Unreadable.into())
    }

    /// What it says against what was asked. The auth server has its code elsewhere in its older answers.
    ///
    /// PostgREST and the auth server name a code in each of their refusals. The gateway before them names none: its 401
    /// is `{"message": "Invalid API key", "hint": ...}`, and all that it looks at is the project's key.
    #[must_use]
    pub fn refusal(&self) -> RemoteError {
        let body: Option<Value> = serde_json::from_slice(&self.body).ok();
        let said = |key: &str| body.as_ref()?.get(key);
        let text = |key: &str| said(key)?.as_str().map(str::to_owned);
        let code = text("code").or_else(|| text("error_code")).filter(|code| is_code(code));
        let names_none = said("code").is_none() && said("error_code").is_none();
        let fault = match self.status {
            401 if names_none && text("message").is_some() => Fault::KeyRefused,
            status => Fault::Answer { status, code },
        };
        RemoteError { fault, retry_after: self.retry_after }
    }

    /// As an answer of `push_sessions`. A verdict that cannot be read is left out, like one that never came.
    ///
    /// # Errors
    /// If it is none.
    pub fn push(&self) -> Result<PushAnswer, RemoteError> {
        #[derive(Deserialize)]
        struct Said {
            state: String,
            outcomes: Vec<Box<RawValue>>,
            before: Place,
            after: Place,
            erasure_id: Option<Uuid>,
        }
        let said: Said = self.read()?;
        match (said.state.as_str(), said.erasure_id) {
            ("ok", _) => Ok(PushAnswer::Taken {
                verdicts: said.outcomes.iter().filter_map(|said| judged(said)).collect(),
                before: said.before.into(),
                after: said.after.into(),
            }),
            ("erased", Some(mark)) => Ok(PushAnswer::Erased(mark)),
            _ => Err(Fault::Unreadable.into()),
        }
    }

    /// As an answer of `pull_sessions`.
    ///
    /// # Errors
    /// If it is none. A sit of it that cannot be read is answered as its text.
    pub fn pull(&self) -> Result<PullAnswer, RemoteError> {
        #[derive(Deserialize)]
        struct Said {
            state: String,
            rows: Vec<Box<RawValue>>,
            next: Option<Place>,
            more: bool,
            erasure_id: Option<Uuid>,
            #[serde(default)]
            compare: bool,
        }
        let said: Said = self.read()?;
        let unreadable = || RemoteError::from(Fault::Unreadable);
        match (said.state.as_str(), said.next) {
            ("diverged", _) => Ok(PullAnswer::Diverged),
            ("ok", Some(next)) => {
                let (mut rows, mut unread) = (Vec::with_capacity(said.rows.len()), Vec::new());
                for row in &said.rows {
                    match row_of(row) {
                        Ok(session) => rows.push(session),
                        Err(row) => unread.push(row),
                    }
                }
                Ok(PullAnswer::Page {
                    rows,
                    unreadable: unread,
                    next: next.into(),
                    more: said.more,
                    erased: said.erasure_id,
                    compare: said.compare,
                })
            }
            _ => Err(unreadable()),
        }
    }

    /// As an answer of `digest_sessions`.
    ///
    /// # Errors
    /// If it is none.
    pub fn digest(&self) -> Result<DigestAnswer, RemoteError> {
        #[derive(Deserialize)]
        struct Said {
            count: u64,
            digest: String,
        }
        self.read().map(|Said { count, digest }| DigestAnswer { count, digest })
    }

    /// As an answer of `erase_account`.
    ///
    /// # Errors
    /// If it is none.
    pub fn erase(&self) -> Result<Uuid, RemoteError> {
        #[derive(Deserialize)]
        struct Said {
            erasure_id: Uuid,
        }
        self.read().map(|Said { erasure_id }| erasure_id)
    }

    /// As an answer of `zafu_health`. A newer schema stops nobody.
    ///
    /// # Errors
    /// If it is none.
    pub fn health(&self) -> Result<Health, RemoteError> {
        #[derive(Deserialize)]
        struct Limits {
            rows_per_push: u32,
            bytes_per_push: u32,
        }
        #[derive(Deserialize)]
        struct Said {
            oldest_client: String,
            rls: bool,
            unprotected: Vec<String>,
            surplus: Vec<String>,
            missing: Vec<String>,
            #[serde(default)]
            changed: Vec<String>,
            limits: Limits,
        }
        let said: Said = self.read()?;
        let mut findings = [said.unprotected, said.surplus, said.missing, said.changed].concat();
        if !said.rls && findings.is_empty() {
            findings.push("rls".into());
        }
        findings.truncate(FINDINGS);
        Ok(Health {
            oldest_client: plain(&said.oldest_client),
            findings: findings.iter().map(|finding| plain(finding)).collect(),
            rows_a_push: said.limits.rows_per_push,
            bytes_a_push: said.limits.bytes_per_push,
            fingerprint: fingerprint(&self.body),
        })
    }
}

/// A short digest of an answer.
fn fingerprint(body: &[u8]) -> String {
    Sha256::digest(body).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// So many things that are wrong with a server are enough to know.
const FINDINGS: usize = 50;

/// Whether a server's word is a code: whatever else it says is not shown, kept or logged.
fn is_code(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

/// A server's words as they may be shown: on one line, of bounded length, nothing that a terminal would obey.
#[must_use]
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

/// A verdict, if it says what one must say.
fn judged(said: &RawValue) -> Option<Judged> {
    #[derive(Deserialize)]
    struct Said {
        id: SessionId,
        outcome: String,
        reason: Option<String>,
        row: Option<Box<RawValue>>,
    }
    let Said { id, outcome, reason, row } = serde_json::from_str(said.get()).ok()?;
    let word = match outcome.as_str() {
        "accepted" | "unchanged" => Word::There,
        "merged" => match row_of(&row?) {
            Ok(session) => Word::Merged(Box::new(session)),
            Err(row) if row.id == id.0 => Word::Unreadable(row),
            Err(_) => return None,
        },
        "rejected" => {
            let reason = reason?;
            Word::Refused(if is_code(&reason) { reason } else { "unknown".into() })
        }
        _ => return None,
    };
    Some(Judged { id, word })
}

/// The sits that a push body holds: what a server reads.
#[cfg(feature = "fake")]
pub(crate) fn read_push(body: &[u8]) -> Option<(Vec<Option<Session>>, Option<Uuid>)> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Body {
        Alone(Vec<Row<'static>>),
        With { sessions: Vec<Row<'static>>, erasure_id: Option<Uuid> },
    }
    let (sessions, erased) = match serde_json::from_slice(body).ok()? {
        Body::Alone(sessions) => (sessions, None),
        Body::With { sessions, erasure_id } => (sessions, erasure_id),
    };
    Some((sessions.into_iter().map(Row::session).collect(), erased))
}

/// A sit as a server answers it: with the offset that PostgreSQL writes.
#[cfg(feature = "fake")]
pub(crate) fn row(sit: &Session) -> Value {
    let mut row = serde_json::to_value(Row::from(sit))
        .unwrap_or_else(|_| unreachable!("no map in it has keys but texts"));
    for key in ["startedat", "completedat", "endedat", "createdat", "correctedstart", "deletedat"] {
        if let Some(Value::String(at)) = row.get_mut(key) {
            *at = at.replace('Z', "+00:00");
        }
    }
    row
}

#[cfg(test)]
mod tests;
