//! Synchronizes the sessions of one device with Supabase.
//!
//! Whole sessions are sent, not operations, so that a completion carries its own creation. [`SyncEngine`] decides what is
//! due with a pure planner, calls a [`Remote`] and applies the responses to the store.
//!
//! Nothing here reads a clock, only [`supabase`] knows HTTP, and nothing waits for any of it: the timer works the same
//! whatever happens here.

pub mod digest;
mod engine;
mod error_class;
#[cfg(feature = "fake")]
pub mod fake;
mod planner;
pub mod remote;
mod request;
pub mod supabase;
pub mod wire;

pub use engine::{Event, SyncEngine, SyncStatus, Transferred};
pub use error_class::ErrorClass;
pub use planner::{Hold, Wait, Wakeup};
pub use remote::{
    Answer, Distrust, Fault, Invitations, Inviter, PartnerResponse, Remote, RemoteError,
    ServerPartner,
};
pub use request::Completed;
