//! Requests and responses on the socket: one line of JSON each.
//!
//! The tables here declare each request once: its documentation, its variant, the method that it calls with its
//! arguments, and the type of the response. The enum, the methods of the client and the dispatch of the server are
//! generated from them, so that a client cannot decode a response as another type than the server encodes.

use super::{IpcError, LogRequest, StartRequest, SyncRequest};
use serde::{Deserialize, Serialize};
use zafu_core::ids::SessionId;
use zafu_core::timer::{Answer, OvertimeAnswer};

/// A request to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Request {
    /// Responds with the state, now and after each change, until the connection closes.
    Watch,
    /// A request to the timer, the log or the process.
    Engine(EngineRequest),
    /// A request to the account, which may wait for a server or for the user's keychain.
    Account(SyncRequest),
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
            /// Returns sessions for the log, newest first.
            Sessions => sessions(request: LogRequest) -> Vec<SitRecord>;
            /// Returns every owner of sits on this device, the account in use first.
            Owners => owners() -> Vec<OwnerView>;
            /// Asks the process that runs the engine to show its window.
            ShowWindow => show_window() -> ();
            /// Saves all changes, then asks the process that runs the engine to quit.
            Quit => quit() -> ();
            /// Advances a test clock by `ms` milliseconds.
            #[cfg(feature = "test-clock")]
            Advance => advance(ms: u64) -> EngineState;
        }
    };
}
pub(crate) use engine_requests;

/// Defines the enum of a table of requests.
macro_rules! define_requests {
    ($Request:ident: $(
        $(#[doc = $doc:literal])* $(#[cfg($cfg:meta)])?
        $Variant:ident => $method:ident($($argument:ident: $Argument:ty),*) -> $Result:ty;
    )*) => {
        /// A request of the table in this module, named for the method that it calls.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
        #[expect(missing_docs, reason = "the fields are the arguments of the method")]
        pub enum $Request {
            $($(#[doc = $doc])* $(#[cfg($cfg)])? $Variant { $($argument: $Argument),* },)*
        }
    };
}
engine_requests!(define_requests);
