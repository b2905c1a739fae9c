//! The wire format: the arguments and results of the functions in `supabase/migrations`.
//!
//! A session is the composite type `zafu.session`: every key is always present, times are RFC 3339, durations are whole
//! seconds. A response counts only if it is JSON of the expected shape.

mod partner;

pub use partner::{code_body, invitation_body, partner_body};

use crate::remote::{
    DigestResponse, Fault, Health, LabelsResponse, PullLimit, PullResponse, PushResponse,
    RemoteError,
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
use zafu_core::label::{Colour, Label, LabelDetails, LabelKey, Shape, validate};
use zafu_core::session::{Details, Lifecycle, Register, Session, Source, Stage};
use zafu_core::time::{Seconds, UtcOffset};
use zafu_store::{Cursor, RowOutcome, UnreadableRow};

/// A session in requests and responses.
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
    /// Missing in rows of a server that does not have it yet.
    correctedoffset: Option<UtcOffset>,
    detailsrevision: u32,
    detailsdevice: DeviceId,
    #[serde(serialize_with = "maybe_millis")]
    deletedat: Option<DateTime<Utc>>,
    deletionrevision: u32,
    deletiondevice: DeviceId,
}

/// Maximum distance of local time from UTC, in minutes.
const LARGEST_OFFSET: u16 = 1439;

/// Parses a row of a response. A row that this version cannot read stays text.
fn row_of(text: &RawValue) -> Result<Session, UnreadableRow> {
    read_row(text.get())
        .ok_or_else(|| UnreadableRow { id: id_of(text.get()), body: text.get().into() })
}

/// Parses a row, if this version can read it. Unknown fields are ignored, so that a newer additive schema can be read.
pub(crate) fn read_row(text: &str) -> Option<Session> {
    serde_json::from_str::<Row<'static>>(text).ok()?.readable()
}

/// Returns the id of a row; without a readable id, one derived from its text.
fn id_of(text: &str) -> Uuid {
    #[derive(Deserialize)]
    struct Id {
        id: Uuid,
    }
    serde_json::from_str::<Id>(text)
        .map_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()), |row| row.id)
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
            correctedoffset: details.value.corrected_offset,
            detailsrevision: details.revision,
            detailsdevice: details.deviceid,
            deletedat: deletion.value,
            deletionrevision: deletion.revision,
            deletiondevice: deletion.deviceid,
        }
    }
}

impl Row<'_> {
    /// Converts it, unless it contradicts itself or has a value that the local tables cannot hold.
    fn readable(self) -> Option<Session> {
        let moments = [
            Some(self.startedat),
            self.completedat,
            self.endedat,
            Some(self.createdat),
            self.correctedstart,
            self.deletedat,
        ];
        // SQLite reads no text of a leap second, which has more than a thousand milliseconds.
        let is_odd = |at: DateTime<Utc>| {
            !(1..=9999).contains(&at.year()) || at.timestamp_subsec_nanos() >= 1_000_000_000
        };
        let fits = !moments.into_iter().flatten().any(is_odd)
            && [Some(self.utcoffset), self.correctedoffset]
                .into_iter()
                .flatten()
                .all(|offset| offset.0.unsigned_abs() <= LARGEST_OFFSET)
            && !self.note.contains('\0')
            && !self.label.contains('\0');
        if fits { self.session() } else { None }
    }

    /// Converts it, unless it contradicts itself.
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
                    corrected_offset: self.correctedoffset,
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

/// Returns the body of `push_sessions`.
#[must_use]
pub fn push_body<'a>(
    sessions: impl IntoIterator<Item = &'a Session>,
    erasure_id: Option<Uuid>,
) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        sessions: Vec<Row<'a>>,
        erasure_id: Uuid,
    }
    let sessions: Vec<Row<'_>> = sessions.into_iter().map(Row::from).collect();
    match erasure_id {
        None => json(&sessions),
        Some(erasure_id) => json(&Body { sessions, erasure_id }),
    }
}

/// A label in requests and responses.
#[derive(Serialize, Deserialize)]
struct LabelRow<'a> {
    key: Cow<'a, str>,
    name: Cow<'a, str>,
    colour: Colour,
    shape: Shape,
    merged_into: Option<Cow<'a, str>>,
    is_deleted: bool,
    revision: u32,
    deviceid: DeviceId,
}

impl<'a> From<&'a Label> for LabelRow<'a> {
    fn from(label: &'a Label) -> Self {
        let LabelDetails { name, colour, shape, merged_into, is_deleted } = &label.details.value;
        Self {
            key: Cow::Borrowed(&label.key.0),
            name: Cow::Borrowed(name),
            colour: *colour,
            shape: *shape,
            merged_into: merged_into.as_ref().map(|key| Cow::Borrowed(key.0.as_str())),
            is_deleted: *is_deleted,
            revision: label.details.revision,
            deviceid: label.details.deviceid,
        }
    }
}

impl LabelRow<'_> {
    /// Converts it, unless it has a value that no label can have.
    fn label(self) -> Option<Label> {
        let merged_into = self.merged_into.map(Cow::into_owned);
        let texts = [Some(&*self.key), Some(&*self.name), merged_into.as_deref()];
        if self.revision == 0 || texts.into_iter().flatten().any(|text| validate(text).is_err()) {
            return None;
        }
        let value = LabelDetails {
            name: self.name.into_owned(),
            colour: self.colour,
            shape: self.shape,
            merged_into: merged_into.map(LabelKey),
            is_deleted: self.is_deleted,
        };
        let details = Register { value, revision: self.revision, deviceid: self.deviceid };
        Some(Label { key: LabelKey(self.key.into_owned()), details })
    }
}

/// Returns the body of `sync_labels`.
#[must_use]
pub fn labels_body(labels: &[Label], erasure_id: Option<Uuid>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        labels: Vec<LabelRow<'a>>,
        erasure_id: Option<Uuid>,
    }
    json(&Body { labels: labels.iter().map(LabelRow::from).collect(), erasure_id })
}

/// Returns the body of `pull_sessions`.
#[must_use]
pub fn pull_body(after: Option<Cursor>, limit: PullLimit) -> Vec<u8> {
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
        max_rows: limit.rows,
        max_bytes: limit.bytes,
    })
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_else(|_| unreachable!("all keys are strings"))
}

/// A response of HTTP, not interpreted yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

/// `{seq, history_id}`.
#[derive(Deserialize)]
struct WireCursor {
    seq: i64,
    history_id: Uuid,
}

impl From<WireCursor> for Cursor {
    fn from(WireCursor { seq, history_id }: WireCursor) -> Self {
        Self { seq, history_id }
    }
}

impl HttpResponse {
    /// Parses the body, if the status is a success.
    fn read<T: DeserializeOwned>(&self) -> Result<T, RemoteError> {
        if !(200..300).contains(&self.status) {
            return Err(self.error());
        }
        serde_json::from_slice(&self.body).map_err(|_| Fault::InvalidResponse.into())
    }

    /// Reads it as an error. Older responses of the auth server have the code in another field.
    ///
    /// PostgREST and the auth server put a code into each error. The gateway in front of them does not: its 401 is
    /// `{"message": "Invalid API key", "hint": ...}`, and it checks nothing but the project's key.
    #[must_use]
    pub fn error(&self) -> RemoteError {
        let body: Option<Value> = serde_json::from_slice(&self.body).ok();
        let field = |key: &str| body.as_ref()?.get(key);
        let text = |key: &str| field(key)?.as_str().map(str::to_owned);
        let code = text("code").or_else(|| text("error_code")).filter(|code| is_code(code));
        let has_code = field("code").is_some() || field("error_code").is_some();
        let fault = match self.status {
            401 if !has_code && text("message").is_some() => Fault::KeyRejected,
            status => Fault::Status { status, code },
        };
        RemoteError { fault, retry_after: self.retry_after }
    }

    /// Reads it as a response of `push_sessions`. Outcomes that cannot be read are left out, like missing ones.
    ///
    /// # Errors
    /// It is an error, or has another shape.
    pub fn push(&self) -> Result<PushResponse, RemoteError> {
        #[derive(Deserialize)]
        struct Body {
            state: String,
            outcomes: Vec<Box<RawValue>>,
            before: WireCursor,
            after: WireCursor,
            erasure_id: Option<Uuid>,
        }
        let body: Body = self.read()?;
        match (body.state.as_str(), body.erasure_id) {
            ("ok", _) => Ok(PushResponse::Stored {
                outcomes: body.outcomes.iter().filter_map(|outcome| row_outcome(outcome)).collect(),
                before: body.before.into(),
                after: body.after.into(),
            }),
            ("erased", Some(erasure_id)) => Ok(PushResponse::Erased(erasure_id)),
            _ => Err(Fault::InvalidResponse.into()),
        }
    }

    /// Reads it as a response of `pull_sessions`. Rows that cannot be read stay text.
    ///
    /// # Errors
    /// It is an error, or has another shape.
    pub fn pull(&self) -> Result<PullResponse, RemoteError> {
        #[derive(Deserialize)]
        struct Body {
            state: String,
            rows: Vec<Box<RawValue>>,
            next: Option<WireCursor>,
            more: bool,
            erasure_id: Option<Uuid>,
            #[serde(default)]
            compare: bool,
            labels_seq: Option<i64>,
            partner_seq: Option<i64>,
            keeps_texts: Option<partner::KeepsTextsRow>,
        }
        let body: Body = self.read()?;
        match (body.state.as_str(), body.next) {
            ("diverged", _) => Ok(PullResponse::Diverged),
            ("ok", Some(next)) => {
                let (mut rows, mut unreadable) = (Vec::with_capacity(body.rows.len()), Vec::new());
                for row in &body.rows {
                    match row_of(row) {
                        Ok(session) => rows.push(session),
                        Err(row) => unreadable.push(row),
                    }
                }
                Ok(PullResponse::Rows {
                    rows,
                    unreadable,
                    next: next.into(),
                    more: body.more,
                    erasure_id: body.erasure_id,
                    compare: body.compare,
                    labels_seq: body.labels_seq,
                    partner_seq: body.partner_seq,
                    keeps_texts: body.keeps_texts.map(Into::into),
                })
            }
            _ => Err(Fault::InvalidResponse.into()),
        }
    }

    /// Reads it as a response of `sync_labels`. Labels that cannot be read are left out.
    ///
    /// # Errors
    /// It is an error, or has another shape.
    pub fn labels(&self) -> Result<LabelsResponse, RemoteError> {
        #[derive(Deserialize)]
        struct Rejected {
            key: Option<LabelKey>,
            reason: String,
        }
        #[derive(Deserialize)]
        struct Body {
            state: String,
            labels: Vec<Box<RawValue>>,
            rejected: Vec<Rejected>,
            labels_seq: i64,
            before: WireCursor,
            after: WireCursor,
            erasure_id: Option<Uuid>,
        }
        #[derive(Deserialize)]
        struct Key {
            key: LabelKey,
        }
        let body: Body = self.read()?;
        match (body.state.as_str(), body.erasure_id) {
            ("ok", _) => {
                let (mut labels, mut unreadable) = (Vec::new(), Vec::new());
                for row in &body.labels {
                    let label = serde_json::from_str::<LabelRow<'static>>(row.get());
                    match label.ok().and_then(LabelRow::label) {
                        Some(label) => labels.push(label),
                        None => unreadable
                            .extend(serde_json::from_str::<Key>(row.get()).map(|row| row.key)),
                    }
                }
                let code =
                    |reason: String| if is_code(&reason) { reason } else { "unknown".into() };
                let rejected = body.rejected.into_iter();
                Ok(LabelsResponse::Merged {
                    labels,
                    unreadable,
                    rejected: rejected.filter_map(|it| Some((it.key?, code(it.reason)))).collect(),
                    labels_seq: body.labels_seq,
                    before: body.before.into(),
                    after: body.after.into(),
                })
            }
            ("erased", Some(erasure_id)) => Ok(LabelsResponse::Erased(erasure_id)),
            _ => Err(Fault::InvalidResponse.into()),
        }
    }

    /// Reads it as a response of `digest_sessions`.
    ///
    /// # Errors
    /// It is an error, or has another shape.
    pub fn digest(&self) -> Result<DigestResponse, RemoteError> {
        #[derive(Deserialize)]
        struct Body {
            count: u64,
            digest: String,
        }
        self.read().map(|Body { count, digest }| DigestResponse { count, digest })
    }

    /// Reads it as a response of `erase_account`.
    ///
    /// # Errors
    /// It is an error, or has another shape.
    pub fn erase(&self) -> Result<Uuid, RemoteError> {
        #[derive(Deserialize)]
        struct Body {
            erasure_id: Uuid,
        }
        self.read().map(|Body { erasure_id }| erasure_id)
    }

    /// Reads it as a response of `zafu_health`. A newer schema is no error.
    ///
    /// # Errors
    /// It is an error, or has another shape.
    pub fn health(&self) -> Result<Health, RemoteError> {
        #[derive(Deserialize)]
        struct Limits {
            rows_per_push: u32,
            bytes_per_push: u32,
        }
        #[derive(Deserialize)]
        struct Body {
            oldest_client: String,
            rls: bool,
            unprotected: Vec<String>,
            surplus: Vec<String>,
            missing: Vec<String>,
            #[serde(default)]
            changed: Vec<String>,
            limits: Limits,
        }
        let body: Body = self.read()?;
        let mut findings = [body.unprotected, body.surplus, body.missing, body.changed].concat();
        if !body.rls && findings.is_empty() {
            findings.push("rls".into());
        }
        findings.truncate(FINDINGS);
        Ok(Health {
            oldest_client: plain(&body.oldest_client),
            findings: findings.iter().map(|finding| plain(finding)).collect(),
            rows_a_push: body.limits.rows_per_push,
            bytes_a_push: body.limits.bytes_per_push,
            fingerprint: fingerprint(&self.body),
        })
    }
}

/// Returns a short digest of a response.
fn fingerprint(body: &[u8]) -> String {
    Sha256::digest(body).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// How many findings are read at most.
const FINDINGS: usize = 50;

/// Whether a text of the server is a code. Other texts are not shown, stored or logged.
fn is_code(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

/// Makes a text of the server safe to be shown: one line, at most 200 characters, no control characters.
#[must_use]
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

/// Reads the outcome of one row, if it is complete.
fn row_outcome(outcome: &RawValue) -> Option<(SessionId, RowOutcome)> {
    #[derive(Deserialize)]
    struct Body {
        id: SessionId,
        outcome: String,
        reason: Option<String>,
        row: Option<Box<RawValue>>,
    }
    let Body { id, outcome, reason, row } = serde_json::from_str(outcome.get()).ok()?;
    let outcome = match outcome.as_str() {
        "accepted" | "unchanged" => RowOutcome::Accepted,
        "merged" => match row_of(&row?) {
            Ok(session) => RowOutcome::Merged(Box::new(session)),
            Err(row) if row.id == id.0 => RowOutcome::Unreadable(row),
            Err(_) => return None,
        },
        "rejected" => {
            let reason = reason?;
            let reason = if is_code(&reason) { reason } else { "unknown".into() };
            RowOutcome::Rejected { reason }
        }
        _ => return None,
    };
    Some((id, outcome))
}

/// Parses the body of a push, as a server does. A session that contradicts itself is `None`.
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

/// The labels of a request, or for each that is not valid its key, if that is valid, and the reason; and the last erasure
/// that the device knows of.
#[cfg(feature = "fake")]
pub(crate) type SentLabels = (Vec<Result<Label, (Option<String>, &'static str)>>, Option<Uuid>);

/// Parses the body of a request that sends labels, as a server does.
#[cfg(feature = "fake")]
pub(crate) fn read_labels(body: &[u8]) -> Option<SentLabels> {
    #[derive(Deserialize)]
    struct Body {
        labels: Vec<Value>,
        erasure_id: Option<Uuid>,
    }
    let Body { labels, erasure_id } = serde_json::from_slice(body).ok()?;
    let label = |row: Value| {
        let label = serde_json::from_value::<LabelRow<'static>>(row.clone()).ok();
        label.and_then(LabelRow::label).ok_or_else(|| invalid_label(&row))
    };
    Some((labels.into_iter().map(label).collect(), erasure_id))
}

/// Returns the key of a label that is not valid, if that is valid, and the first reason that the server finds.
#[cfg(feature = "fake")]
fn invalid_label(row: &Value) -> (Option<String>, &'static str) {
    let text = |field: &str| row[field].as_str().filter(|text| validate(text).is_ok());
    let has_nul = ["key", "name", "merged_into"]
        .iter()
        .any(|field| row[*field].as_str().is_some_and(|text| text.contains('\0')));
    let reason = if has_nul {
        "bad_text"
    } else if text("key").is_none() {
        "bad_key"
    } else if text("name").is_none() {
        "bad_name"
    } else if !row["merged_into"].is_null() && text("merged_into").is_none() {
        "bad_merged_into"
    } else {
        "bad_revision"
    };
    (text("key").map(str::to_owned), reason)
}

/// Returns a label as a row of a response.
#[cfg(feature = "fake")]
pub(crate) fn label_row(label: &Label) -> Value {
    serde_json::to_value(LabelRow::from(label))
        .unwrap_or_else(|_| unreachable!("all keys are strings"))
}

/// Returns a session as a row of a response, with the offset that PostgreSQL writes.
#[cfg(feature = "fake")]
pub(crate) fn row(sit: &Session) -> Value {
    let mut row = serde_json::to_value(Row::from(sit))
        .unwrap_or_else(|_| unreachable!("all keys are strings"));
    for key in ["startedat", "completedat", "endedat", "createdat", "correctedstart", "deletedat"] {
        if let Some(Value::String(at)) = row.get_mut(key) {
            *at = at.replace('Z', "+00:00");
        }
    }
    row
}

#[cfg(test)]
mod tests;
