//! The log, as the process that runs the engine uses it: pages of it, changes of its sessions, and labels.

mod thread;
mod view;

use crate::handle::{EngineHandle, Pending};
use crate::protocol::{
    ChangedSelection, DayTotal, InsightPeriod, InsightView, IpcError, LabelLook, LabelView,
    LogPage, LogQuery, LogRequest, LogSelection, OwnerView, SelectionView, SitChange, SitEntry,
    log_requests,
};
use crate::serve::dispatch_log;
use serde_json::Value;
pub(crate) use thread::LogThread;
pub(crate) use view::{Records, filter};
pub use view::{insight, labels, log_page};
use zafu_core::ids::SessionRef;
use zafu_core::label::LabelKey;

/// A handle on the log. Its requests run on a thread of their own, one after the other, so that none delays the timer.
///
/// Every method can fail with [`ErrorCode::Storage`](crate::protocol::ErrorCode::Storage) if the database cannot be read
/// or written; then nothing was changed.
pub struct Log<'a>(&'a EngineHandle);

impl<'a> Log<'a> {
    pub(crate) const fn new(engine: &'a EngineHandle) -> Self {
        Self(engine)
    }

    /// Calls the method of `request` and encodes its result.
    ///
    /// # Errors
    /// Those of the method.
    pub async fn request(&self, request: LogRequest) -> Result<Value, IpcError> {
        dispatch_log(request, self).await
    }
}

/// Defines a method for each request of a table.
macro_rules! define_methods {
    (LogRequest: $(
        $(#[doc = $doc:literal])*
        $Variant:ident => $method:ident($($argument:ident: $Argument:ty),*) -> $Result:ty;
    )*) => {
        impl Log<'_> {$(
            $(#[doc = $doc])*
            pub fn $method(&self, $($argument: $Argument),*) -> Pending<$Result> {
                self.0.run_log(move |log| log.$method($($argument),*))
            }
        )*}
    };
}
log_requests!(define_methods);
