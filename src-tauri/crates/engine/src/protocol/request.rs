//! Requests and responses on the socket: one line of JSON each.
//!
//! The tables here declare each request once: its documentation, its variant, the method that it calls with its
//! arguments, and the type of the response. The enum, the methods of the client and the dispatch of the server are
//! generated from them, so that a client cannot decode a response as another type than the server encodes.

use super::{
    CodeRequest, ImportFiles, InsightPeriod, IpcError, LabelLook, LogQuery, LogSelection,
    ProfileView, Secret, SignInRequest, SitChange, SitEntry, StartRequest,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zafu_core::ids::{SessionId, SessionRef, UserId};
use zafu_core::label::LabelKey;
use zafu_core::partnership::Privacy;
use zafu_core::profile::WeeklyTarget;
use zafu_core::timer::{Answer, OvertimeAnswer};

/// A request to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Request {
    /// Responds with the state, now and after each change, until the connection closes.
    Watch,
    /// Makes this connection one of the client of imports with this random id. Its connections share the readings and imports
    /// that they follow and cancel.
    ImportAs(Uuid),
    /// A request to the timer or the process.
    Engine(EngineRequest),
    /// A request to the log, which may take long if there are many sessions.
    Log(LogRequest),
    /// A request to the account, which may wait for a server or for the user's keychain.
    Account(AccountRequest),
    /// A request about the profile, the weekly target or the partner, which may wait for a server.
    Partner(PartnerRequest),
    /// A request about imports or backups, which may take as long as the files are long.
    Import(ImportRequest),
}

impl LogRequest {
    /// Returns whether it changes sessions or labels.
    pub(crate) const fn is_change(&self) -> bool {
        !matches!(
            self,
            Self::Sits { .. }
                | Self::CountSelection { .. }
                | Self::Insight { .. }
                | Self::Today {}
                | Self::Owners {}
                | Self::Labels {}
        )
    }
}

/// A response of the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Response<T> {
    /// The request succeeded, with its result.
    Ok(T),
    /// The request failed.
    Error(IpcError),
}

impl<T> From<Result<T, IpcError>> for Response<T> {
    fn from(result: Result<T, IpcError>) -> Self {
        result.map_or_else(Self::Error, Self::Ok)
    }
}

impl<T> From<Response<T>> for Result<T, IpcError> {
    fn from(response: Response<T>) -> Self {
        match response {
            Response::Ok(value) => Ok(value),
            Response::Error(error) => Err(error),
        }
    }
}

/// Passes the table of the engine's requests, which call the methods of [`EngineHandle`](crate::EngineHandle), to the
/// macro `$generate`.
macro_rules! engine_requests {
    ($generate:ident) => {
        $generate! { EngineRequest:
            /// Returns the state of the engine.
            State => state() -> EngineState;
            /// Starts a sit and saves its row before responding.
            StartSit => start_sit(request: StartRequest) -> EngineState;
            /// Pauses the sit.
            PauseSit => pause_sit() -> EngineState;
            /// Resumes the paused sit.
            ResumeSit => resume_sit() -> EngineState;
            /// Ends the sit and keeps the time sat. `overtime` answers whether overtime counts, if the plan asks.
            EndSit => end_sit(overtime: Option<OvertimeAnswer>) -> EngineState;
            /// Ends the sit and discards it.
            DiscardSit => discard_sit() -> EngineState;
            /// Resolves the gap of the unsettled sit `id`, or of the oldest one if `id` is `None`.
            ResolveSit => resolve_sit(id: Option<SessionId>, answer: Answer) -> EngineState;
            /// Asks the process that runs the engine to show its window.
            ShowWindow => show_window() -> ();
            /// Asks the process that runs the engine to show the invitation of a link in its window. Accepts nothing.
            ShowInvitation => show_invitation(link: Secret) -> ();
            /// Saves all changes, then asks the process that runs the engine to quit.
            Quit => quit() -> ();
            /// Advances a test clock by `ms` milliseconds.
            #[cfg(feature = "test-clock")]
            Advance => advance(ms: u64) -> EngineState;
        }
    };
}
pub(crate) use engine_requests;

/// Passes the table of the requests to the log, which call the methods of [`Log`](crate::Log), to the macro `$generate`.
macro_rules! log_requests {
    ($generate:ident) => {
        $generate! { LogRequest:
            /// Returns a page of the log: at most 1,000 sits.
            ///
            /// Fails with `ErrorCode::NotFound` if the session at which the page begins does not exist.
            Sits => sits(query: LogQuery) -> LogPage;
            /// Returns the figures of the log of the account in use.
            Insight => insight(period: InsightPeriod) -> InsightView;
            /// Returns the local day and the total of its sits, of the account in use.
            Today => today() -> DayTotal;
            /// Returns every owner of sits on this device, the account in use first.
            Owners => owners() -> Vec<OwnerView>;
            /// Adds a sit that was not timed on this device.
            ///
            /// Fails with `ErrorCode::BadRequest` if it cannot have happened.
            AddSit => add_sit(entry: SitEntry) -> SessionRef;
            /// Changes what the user can correct of a session.
            ///
            /// Fails as `add_sit`, and with `ErrorCode::NotFound` if there is no such session.
            EditSit => edit_sit(session: SessionRef, change: SitChange) -> ();
            /// Marks sessions as deleted, all of them or none; `restore_sits` undoes it.
            ///
            /// Fails with `ErrorCode::NotFound` if one does not exist, and with `ErrorCode::Rejected` if one is running or
            /// unsettled.
            DeleteSits => delete_sits(sessions: Vec<SessionRef>) -> ();
            /// Undoes the deletion of sessions, of all or none.
            ///
            /// Fails with `ErrorCode::NotFound` if one does not exist.
            RestoreSits => restore_sits(sessions: Vec<SessionRef>) -> ();
            /// Sets the label of sessions, of all or none; the empty text removes it.
            ///
            /// Fails with `ErrorCode::NotFound` if one does not exist.
            SetLabel => set_label(sessions: Vec<SessionRef>, label: String) -> ();
            /// Returns what the user can change of a selection.
            CountSelection => count_selection(selection: LogSelection) -> SelectionView;
            /// Marks the sits of a selection that are over as deleted, all of them or none.
            DeleteSelection => delete_selection(selection: LogSelection) -> ChangedSelection;
            /// Sets the label of the sits of a selection, of all or none; the empty text removes it.
            LabelSelection => label_selection(selection: LogSelection, label: String) -> ChangedSelection;
            /// Reverts a change of a selection, wholly or not at all.
            ///
            /// Fails with `ErrorCode::NotFound` if the engine no longer knows it.
            RevertSelection => revert_selection(change: u32) -> ();
            /// Returns the labels that the user can choose, by name.
            Labels => labels() -> Vec<LabelView>;
            /// Creates a label.
            ///
            /// Fails with `ErrorCode::BadRequest` if its name is not valid.
            CreateLabel => create_label(look: LabelLook) -> LabelView;
            /// Changes the name, the colour and the shape of a label. No session changes.
            ///
            /// Fails as `create_label`, and with `ErrorCode::NotFound` if there is no such label.
            ChangeLabel => change_label(key: LabelKey, look: LabelLook) -> ();
            /// Shows the sits of a label under another label from now on. No session changes.
            ///
            /// Fails with `ErrorCode::NotFound` if there is no such label.
            MergeLabel => merge_label(from: LabelKey, into: LabelKey) -> ();
            /// Removes a label from the log. Its sits stay, without a label.
            ///
            /// Fails with `ErrorCode::NotFound` if there is no such label.
            DeleteLabel => delete_label(key: LabelKey) -> ();
            /// Undoes a merge or a deletion of a label.
            ///
            /// Fails with `ErrorCode::NotFound` if there is no such label.
            RestoreLabel => restore_label(key: LabelKey) -> ();
        }
    };
}
pub(crate) use log_requests;

/// Passes the table of the requests about the account, which call the methods of [`Account`](crate::Account), to the
/// macro `$generate`.
macro_rules! account_requests {
    ($generate:ident) => {
        $generate! { AccountRequest:
            /// Returns the state of the sync; `None` if no account was ever signed in.
            Status => status() -> Option<SyncView>;
            /// Returns the project of the last account, or the one for which this build was made.
            Project => project() -> ProjectView;
            /// Signs in.
            SignIn => sign_in(request: SignInRequest) -> SignedInView;
            /// Creates an account and signs in, or has a confirmation mailed first.
            SignUp => sign_up(request: SignInRequest) -> SignedInView;
            /// Has a sign-in code mailed.
            SendCode => send_code(request: CodeRequest) -> ();
            /// Signs out. Removes nothing from this device.
            SignOut => sign_out() -> ();
            /// Erases the account's sits from the server. They stay on this device. The caller has asked the user.
            Erase => erase() -> ();
            /// Chooses whether notes and labels stay on the devices of the account, for all of them.
            SetKeepsTexts => set_keeps_texts(keeps: bool) -> ();
            /// Assigns the sits without an owner to the account, or declines them.
            Adopt => adopt(adopt: bool) -> ();
            /// Moves all sits of `owner` to the signed-in account and returns their number, deleted ones included.
            /// `confirmed` says that the user knows that the other account may still be in use.
            AdoptFrom => adopt_from(owner: UserId, confirmed: bool) -> u32;
            /// Leaves the sits of `owner` where they are, and does not ask again until the next sign-in.
            DeclineFrom => decline_from(owner: UserId) -> ();
            /// Resolves an erasure by another device: uploads the sits of this device again, or keeps them on this
            /// device only.
            AfterErasure => after_erasure(upload: bool) -> ();
            /// Syncs until nothing is left to do, and returns what was transferred and the state after it.
            SyncNow => sync_now() -> (SyncReport, Option<SyncView>);
            /// Returns the dead letters.
            DeadLetters => dead_letters() -> Vec<DeadLetterView>;
            /// Sends the dead letters again.
            RetryDeadLetters => retry_dead_letters() -> ();
            /// Returns the findings of the server's health check; `None` if no account is signed in.
            CheckServer => check_server() -> Option<Vec<String>>;
        }
    };
}
pub(crate) use account_requests;

/// Passes the table of the requests about the partner, which call the methods of [`Partner`](crate::Partner), to the macro
/// `$generate`.
macro_rules! partner_requests {
    ($generate:ident) => {
        $generate! { PartnerRequest:
            /// Returns what this device knows of the profile, the target and the partner.
            View => view() -> PartnerView;
            /// Returns the open invitation, or creates one.
            Invite => invite() -> InvitationView;
            /// Withdraws the open invitation, if there is one.
            Withdraw => withdraw() -> PartnerView;
            /// Returns who invites with the invitation in `text`, and what has to be done before it can be accepted.
            Preview => preview(text: Secret) -> InvitationPreview;
            /// Accepts the invitation in `text`. Accepting it again changes nothing. `keep_texts` says whether notes and labels
            /// stay on the devices of the account.
            Accept => accept(text: Secret, keep_texts: bool) -> PartnerView;
            /// Sets the profile. A name, once set, can be changed and not removed.
            SetProfile => set_profile(profile: ProfileView) -> PartnerView;
            /// Sets the number of sits that the user wants to sit in a week, with or without an account.
            SetTarget => set_target(target: WeeklyTarget) -> PartnerView;
            /// Sets what the partner sees of the user's sits.
            SetPrivacy => set_privacy(level: Privacy) -> PartnerView;
            /// Bows to the partner. Does nothing if a bow waits to be sent.
            Bow => bow() -> PartnerView;
            /// Leaves the partnership. The caller has asked the user.
            Leave => leave() -> PartnerView;
            /// Returns how far the week of the running sit is, or the current week if no sit runs.
            Week => week() -> WeekProgress;
        }
    };
}
pub(crate) use partner_requests;

/// Passes the table of the requests about imports and backups, which call the methods of [`Imports`](crate::Imports), to the macro
/// `$generate`.
macro_rules! import_requests {
    ($generate:ident) => {
        $generate! { ImportRequest:
            /// Reads files and returns what importing them would change. Imports nothing, and discards what was read before.
            Read => read(files: ImportFiles) -> ImportReading;
            /// Takes a backup, and imports what was read as `number`: all of it or nothing. Returns `None` if there is
            /// nothing to import.
            Commit => commit(number: u32) -> Option<ImportView>;
            /// Discards what was read.
            Discard => discard() -> ();
            /// Returns how far the last reading or import of this client is.
            Progress => progress() -> ImportProgress;
            /// Cancels the readings and imports of this client.
            Cancel => cancel() -> ();
            /// Returns the imports, newest first.
            List => list() -> Vec<ImportView>;
            /// Returns what undoing an import would change.
            PreviewUndo => preview_undo(id: i64) -> ImportUndoView;
            /// Undoes an import: deletes the sits that it brought, except those that the user has deleted, and takes away
            /// the notes that it gave to other sits, except those that the user has changed.
            Undo => undo(id: i64) -> ImportView;
            /// Takes a backup.
            BackUp => back_up() -> BackupView;
        }
    };
}
pub(crate) use import_requests;

/// Defines the enum of a table of requests.
macro_rules! define_requests {
    // The window sends these as they are.
    (LogRequest: $($table:tt)*) => {
        define_requests! { #[cfg_attr(test, derive(ts_rs::TS))] LogRequest: $($table)* }
    };
    ($(#[$attribute:meta])* $Request:ident: $(
        $(#[doc = $doc:literal])* $(#[cfg($cfg:meta)])?
        $Variant:ident => $method:ident($($argument:ident: $Argument:ty),*) -> $Result:ty;
    )*) => {
        /// A request of the table in this module, named for the method that it calls.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
        $(#[$attribute])*
        #[expect(missing_docs, reason = "the fields are the arguments of the method")]
        pub enum $Request {
            $($(#[doc = $doc])* $(#[cfg($cfg)])? $Variant { $($argument: $Argument),* },)*
        }
    };
}
engine_requests!(define_requests);
log_requests!(define_requests);
account_requests!(define_requests);
partner_requests!(define_requests);
import_requests!(define_requests);
