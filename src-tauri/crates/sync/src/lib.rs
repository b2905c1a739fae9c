//! Carries what the outbox holds to Supabase, exactly once, and what other devices have sent from there.
//!
//! State is sent, never operations: each sit goes whole, so that a completion carries its own creation. What to
//! do next is decided by [`plan`], which is pure; [`run`] carries it out over the store and a [`remote::Remote`].
//!
//! Nothing here reads a clock, only [`supabase`] knows HTTP, and nothing waits for any of it: the timer works the
//! same whatever happens here.

pub mod class;
pub mod digest;
#[cfg(feature = "fake")]
pub mod fake;
pub mod out;
pub mod plan;
pub mod remote;
pub mod run;
pub mod supabase;
pub mod wire;

pub use class::Class;
pub use out::Out;
pub use plan::{Hold, Trigger, Wait};
pub use remote::{Distrust, Fault, Remote, RemoteError};
pub use run::{Carrier, Next, Report, Status, Ticket};
