//! What the engine and its clients say to each other. The window sees nothing else of Zafu: the TypeScript in
//! `ui/src/lib/generated` is written from these types.
//!
//! Lengths are whole seconds, moments of a running sit milliseconds, times RFC 3339 with the offset of the
//! place.

mod account;
mod request;

use crate::bell::BellError;
pub use account::{
    CodeRequest, OwnerState, OwnerView, Progress, ProjectView, Proof, RefusedView, Secret,
    SignInRequest, SignedInView, SyncNeed, SyncReply, SyncReport, SyncRequest, SyncState, SyncView,
};
use chrono::NaiveDate;
pub(crate) use request::engine_requests;
pub use request::{EngineRequest, Request, Response};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::plan::{LengthChoice, OvertimeChoice, PlanChoice, SoundName};
use zafu_core::session::Source;
use zafu_core::time::Seconds;
use zafu_core::timer::GapReason;

/// Everything there is to see of the timer at one moment. Sent at each transition, never every second: who
/// shows time goes on from here by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EngineState {
    /// Increases with each state of one engine. Clients drop a state with a lower revision than the last one, since responses and events can arrive out of order.
    #[cfg_attr(test, ts(type = "number"))]
    pub revision: u64,
    /// The sit that runs.
    pub sit: Option<SitView>,
    /// Sits that the person must say more of, oldest first.
    pub unsettled: Vec<UnsettledView>,
    /// The sit that has just ended, until the person has seen it.
    pub finished: Option<FinishedView>,
    /// What does not work just now.
    pub trouble: Vec<IpcError>,
    /// How the sync is; none: there never was an account.
    pub sync: Option<SyncView>,
}

/// A sit that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SitView {
    /// Its identity.
    pub id: SessionId,
    /// Where it is.
    pub phase: PhaseView,
    /// The planned length; none for an open-ended sit.
    pub planned_seconds: Option<Seconds>,
    /// The whole preparation.
    pub preparation_seconds: Seconds,
    /// What is left of the preparation.
    #[cfg_attr(test, ts(type = "number"))]
    pub preparation_left_ms: u64,
    /// Sat so far, without pauses, overtime included.
    #[cfg_attr(test, ts(type = "number"))]
    pub elapsed_ms: u64,
    /// Sat beyond the planned end.
    #[cfg_attr(test, ts(type = "number"))]
    pub overtime_ms: u64,
    /// The end of the preparation.
    pub started_at: String,
    /// What becomes of overtime.
    pub overtime: OvertimeChoice,
}

/// Where a sit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum PhaseView {
    /// The preparation runs.
    Preparing,
    /// It runs.
    Sitting,
    /// It stands still.
    Paused,
    /// It goes on beyond its planned end.
    Overtime,
}

/// A sit in which time went by unseen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UnsettledView {
    /// Its identity.
    pub id: SessionId,
    /// The planned length; none for an open-ended sit.
    pub planned_seconds: Option<Seconds>,
    /// The end of the preparation.
    pub started_at: String,
    /// What was sat until then, overtime included.
    pub sat_before_gap_seconds: Seconds,
    /// What was sat beyond the planned end; none if that end was not seen. Otherwise the sit is complete, and only
    /// its overtime is asked about.
    pub overtime_seconds: Option<Seconds>,
    /// What it comes to if it is counted whole.
    pub sat_with_gap_seconds: Seconds,
    /// How long nobody saw it.
    pub gap_seconds: Seconds,
    /// When that began.
    pub gap_began_at: String,
    /// Why.
    pub reason: GapReason,
}

/// A sit that has just ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FinishedView {
    /// Its identity.
    pub id: SessionId,
    /// The planned length; none for an open-ended sit.
    pub planned_seconds: Option<Seconds>,
    /// What was sat.
    pub sat_seconds: Seconds,
    /// Whether it reached its end.
    pub complete: bool,
    /// Whether its end is on the disk. If not, it is kept in memory and tried again.
    pub saved: bool,
    /// The end of the preparation.
    pub started_at: String,
    /// What the person wrote of it.
    pub note: String,
    /// What kind of sit it was.
    pub label: String,
}

/// A past sit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SitRecord {
    /// Its identity.
    pub id: SessionId,
    /// When it began: as corrected, if so.
    pub started_at: String,
    /// The local day that the sit belongs to (`2026-03-01`): the date of its start at its own UTC offset, or the day
    /// before if it started before the hour at which the user's day begins.
    #[cfg_attr(test, ts(as = "String"))]
    pub day: NaiveDate,
    /// The planned length; none for an open-ended sit.
    pub planned_seconds: Option<Seconds>,
    /// What was sat: as corrected, if so.
    pub sat_seconds: Seconds,
    /// How far it came.
    pub stage: StageView,
    /// When it ended, early or not.
    pub ended_at: Option<String>,
    /// What the person wrote of it.
    pub note: String,
    /// What kind of sit it was.
    pub label: String,
    /// How the record came to be.
    pub source: Source,
    /// The account that it belongs to; none if nobody was signed in.
    pub owner: Option<UserId>,
}

/// How far a past sit came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum StageView {
    /// It runs, or waits for an answer.
    Started,
    /// It was ended before its planned end.
    EndedEarly,
    /// It reached its end.
    Completed,
    /// It runs on another device, or did when that was last heard of.
    RunningElsewhere,
    /// Another device began it and never said how it ended.
    Unfinished,
}

/// What to start: the default sit, a preset, a plan; the length of any of them may be another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub struct StartRequest {
    /// The preset to start.
    pub preset_id: Option<Uuid>,
    /// The preset to start, by its name.
    pub preset_name: Option<String>,
    /// The plan to start.
    pub plan: Option<PlanChoice>,
    /// Another length.
    pub length: Option<LengthChoice>,
    /// Another preparation.
    #[cfg_attr(test, ts(as = "Option<u32>"))]
    pub preparation_seconds: Option<zafu_core::plan::PreparationSeconds>,
    /// Interval bells so far apart, struck as the end bell is.
    #[cfg_attr(test, ts(as = "Option<u32>"))]
    pub interval_seconds: Option<zafu_core::plan::SitSeconds>,
}

/// A page of past sits, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogRequest {
    /// How many at most.
    pub limit: u32,
    /// Those that come after this one in the list.
    pub before: Option<SessionId>,
    /// Whose sits.
    #[serde(default)]
    pub owner: LogOwner,
}

/// Whose sits a log lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LogOwner {
    /// Those of the account in use, and those made while nobody was signed in.
    #[default]
    Shown,
    /// Everybody's.
    All,
    /// Those of one account.
    Of(UserId),
}

/// What the check before a sit has found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BellCheck {
    /// The device that bells will be heard from.
    pub device: Option<String>,
    /// Why there is none.
    pub error: Option<IpcError>,
}

/// A sound that can be struck.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SoundView {
    /// As plans name it.
    pub name: SoundName,
}

/// Something went wrong, as it crosses to a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct IpcError {
    /// What a client may act on.
    pub code: ErrorCode,
    /// What happened, what was kept, what to do: for the person.
    pub message: String,
    /// The same as data if it is about a bell, so that the window says it in the person's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub bell: Option<Box<BellError>>,
}

/// What a client may act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ErrorCode {
    /// What was asked for cannot be: the request must be another.
    BadRequest,
    /// What was asked for does not fit the state of the timer.
    Refused,
    /// There is no such thing.
    NotFound,
    /// It could not be saved, or read, and was not done.
    Storage,
    /// It was done, and is not on the disk yet: it is kept in memory and tried again.
    NotSaved,
    /// The database was removed or replaced while it was open; everything is in another file.
    Moved,
    /// It cannot be heard.
    Sound,
    /// It cannot be shown outside the window.
    Notification,
    /// The computer cannot be kept awake.
    KeepAwake,
    /// The account needs something of the person.
    Account,
    /// The server was not reached, or not now.
    Network,
    /// The server is not as it must be.
    Server,
    /// The engine is gone, or speaks another version.
    Engine,
}
