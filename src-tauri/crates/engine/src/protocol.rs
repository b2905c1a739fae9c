//! The types that the engine exchanges with its clients. The TypeScript in `ui/src/lib/generated` is generated from
//! them.
//!
//! Lengths are in whole seconds, times of the running sit in milliseconds, points in time RFC 3339 with the local UTC
//! offset.

mod account;
mod import;
mod insight;
mod log;
mod partner;
mod request;
mod transfer;
mod undo;

pub use account::{
    CodeRequest, DeadLetterView, OwnerState, OwnerView, Progress, ProjectView, Proof, Secret,
    SignInRequest, SignedInView, SyncNeed, SyncReport, SyncState, SyncView,
};
use chrono::NaiveDate;
pub use import::{
    ChosenFiles, DateOrder, ImportCounts, ImportFiles, ImportPreview, ImportProgress,
    ImportReading, ImportSample, ImportUndoView, ImportView, ImportedFile, SkippedRow,
};
pub use insight::{
    InsightPeriod, InsightView, LabelDayTotal, LabelYearTotal, LengthTotalView, RecentDays,
    StreakView, TotalView,
};
pub use log::{
    ChangedSelection, DayTotal, LabelLook, LabelView, LogFilter, LogOwner, LogPage, LogPosition,
    LogQuery, LogSelection, Outcome, SelectionView, SitChange, SitEntry,
};
pub use partner::{
    FormerPartnershipView, InvitationNeed, InvitationPreview, InvitationView, NewsView,
    PartnerView, PartnershipView, PendingChange, ProfileView, ShownView, SpanView, WeekMode,
    WeekProgress, WeekView,
};
pub use request::{
    AccountRequest, EngineRequest, ImportRequest, LogRequest, PartnerRequest, Request, Response,
};
pub(crate) use request::{
    account_requests, engine_requests, import_requests, log_requests, partner_requests,
};
use serde::{Deserialize, Serialize};
pub use transfer::{
    BackupReason, BackupView, ExportFormat, ExportedFile, MissingSit, RestorePreview,
};
pub use undo::{FormerLabel, LogChange, LogSession, UndoEntry};
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::message::Message;
use zafu_core::plan::{LengthChoice, OvertimeChoice, PlanChoice, SoundName};
use zafu_core::session::Source;
use zafu_core::time::Seconds;
use zafu_core::timer::GapReason;

/// The state of the engine, as a client shows it. Sent at each transition and not every second: clients count on from
/// there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EngineState {
    /// Increases with each state of one engine. Clients drop a state with a lower revision than the last one, since
    /// responses and events can arrive out of order.
    #[cfg_attr(test, ts(type = "number"))]
    pub revision: u64,
    /// The running sit.
    pub sit: Option<SitView>,
    /// Sits whose gap the user has to resolve, oldest first.
    pub unsettled: Vec<UnsettledView>,
    /// The sit that has just ended, until the user dismisses it.
    pub finished: Option<FinishedView>,
    /// Errors whose cause still exists.
    pub trouble: Vec<IpcError>,
    /// The state of the sync; `None` if no account was ever signed in.
    pub sync: Option<SyncView>,
}

/// The running sit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SitView {
    /// The ID of its session.
    pub id: SessionId,
    /// Its phase.
    pub phase: PhaseView,
    /// The planned length; `None` for an open-ended sit.
    pub planned_seconds: Option<Seconds>,
    /// The length of the preparation.
    pub preparation_seconds: Seconds,
    /// The time until the end of the preparation.
    #[cfg_attr(test, ts(type = "number"))]
    pub preparation_left_ms: u64,
    /// The time sat until now, excluding pauses and including overtime.
    #[cfg_attr(test, ts(type = "number"))]
    pub elapsed_ms: u64,
    /// The overtime until now.
    #[cfg_attr(test, ts(type = "number"))]
    pub overtime_ms: u64,
    /// The end of the preparation.
    pub started_at: String,
    /// What happens to overtime.
    pub overtime: OvertimeChoice,
}

/// The phase of a running sit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum PhaseView {
    /// In preparation.
    Preparing,
    /// Sitting.
    Sitting,
    /// Paused.
    Paused,
    /// In overtime.
    Overtime,
}

/// An unsettled sit: the user has to resolve a gap in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UnsettledView {
    /// The ID of its session.
    pub id: SessionId,
    /// The planned length; `None` for an open-ended sit.
    pub planned_seconds: Option<Seconds>,
    /// The end of the preparation.
    pub started_at: String,
    /// The time sat before the gap, including overtime.
    pub sat_before_gap_seconds: Seconds,
    /// The overtime; `None` if the sit did not reach its planned end before the gap. Otherwise the sit is complete, and
    /// the user decides only about its overtime.
    pub overtime_seconds: Option<Seconds>,
    /// The time sat if the gap counts.
    pub sat_with_gap_seconds: Seconds,
    /// The length of the gap.
    pub gap_seconds: Seconds,
    /// The start of the gap.
    pub gap_began_at: String,
    /// The cause of the gap.
    pub reason: GapReason,
}

/// A sit that has just ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FinishedView {
    /// The ID of its session.
    pub id: SessionId,
    /// The planned length; `None` for an open-ended sit.
    pub planned_seconds: Option<Seconds>,
    /// The time sat.
    pub sat_seconds: Seconds,
    /// True if it reached its planned end.
    pub complete: bool,
    /// True if its end is on disk; otherwise it is kept in memory and saved as soon as possible.
    pub saved: bool,
    /// The end of the preparation.
    pub started_at: String,
    /// The user's note.
    pub note: String,
    /// The name of its label; the empty text for none.
    pub label: String,
    /// The account that owns it; `None` if no account was signed in.
    pub owner: Option<UserId>,
}

/// A session of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SitRecord {
    /// The ID of the session.
    pub id: SessionId,
    /// The end of the preparation, as corrected by the user.
    pub started_at: String,
    /// The local day that the sit belongs to (`2026-03-01`): the date of its start at its own UTC offset, or the day
    /// before if it started before the hour at which the user's day begins.
    #[cfg_attr(test, ts(as = "String"))]
    pub day: NaiveDate,
    /// The planned length; `None` for an open-ended sit.
    pub planned_seconds: Option<Seconds>,
    /// The time sat, as corrected by the user.
    pub sat_seconds: Seconds,
    /// Its stage.
    pub stage: StageView,
    /// When it ended.
    pub ended_at: Option<String>,
    /// The user's note.
    pub note: String,
    /// The key of the label as which its label is shown; the empty text for none.
    pub label: String,
    /// The key that the session itself has, before merges and deletions of labels: an undo sets it again.
    pub own_label: String,
    /// How the record was made.
    pub source: Source,
    /// The account that owns it; `None` if no account was signed in.
    pub owner: Option<UserId>,
    /// True if another device recorded it.
    pub other_device: bool,
    /// True if the user has corrected its start or its length.
    pub corrected: bool,
}

/// The stage of a session in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum StageView {
    /// Running or unsettled on this device.
    Started,
    /// Ended before its planned end.
    EndedEarly,
    /// Reached its planned end.
    Completed,
    /// Running on another device, as far as this device knows.
    RunningElsewhere,
    /// Started on another device, which has not reported an end in time.
    Unfinished,
}

/// The plan of a new sit: `plan`, a preset or the plan of the settings, with the changes of the other fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub struct StartRequest {
    /// The preset to start.
    pub preset_id: Option<Uuid>,
    /// The name of the preset to start, in any case.
    pub preset_name: Option<String>,
    /// The plan to start.
    pub plan: Option<PlanChoice>,
    /// Replaces the length.
    pub length: Option<LengthChoice>,
    /// Replaces the preparation.
    #[cfg_attr(test, ts(as = "Option<u32>"))]
    pub preparation_seconds: Option<zafu_core::plan::PreparationSeconds>,
    /// Replaces the interval bells by ones at this interval, with the sound of the end bell.
    #[cfg_attr(test, ts(as = "Option<u32>"))]
    pub interval_seconds: Option<zafu_core::plan::SitSeconds>,
}

/// The result of checking whether a bell can be played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BellCheck {
    /// The name of the sound device.
    pub device: Option<String>,
    /// Why there is no device.
    pub error: Option<IpcError>,
}

/// One of Zafu's own sounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SoundView {
    /// Its name in plans.
    pub name: SoundName,
}

/// An error, as a client receives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct IpcError {
    /// Its kind.
    pub code: ErrorCode,
    /// What happened, what was kept and what to do.
    pub message: Message,
}

/// The kind of an error, on which a client may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ErrorCode {
    /// The request is not valid.
    BadRequest,
    /// The timer rejects the request in its present state.
    Rejected,
    /// The session or preset does not exist.
    NotFound,
    /// The database could not be read or written. The request was not carried out.
    Storage,
    /// The request was carried out and is not on disk yet: the change is kept in memory and saved as soon as possible.
    NotSaved,
    /// The database was removed or replaced while it was open. All sits are in another file.
    Moved,
    /// A file cannot be imported.
    File,
    /// A bell cannot be played.
    Sound,
    /// A notification cannot be shown.
    Notification,
    /// The computer cannot be kept awake.
    KeepAwake,
    /// The user has to take an action for the account.
    Account,
    /// The server could not be reached.
    Network,
    /// The server is misconfigured.
    Server,
    /// The engine has stopped, does not respond, or is of another version.
    Engine,
}
