//! The constants of the retry policy, of polling and of batch sizes.

use std::time::Duration;

/// Interval of pulls if nothing else causes one.
pub const POLL_INTERVAL: Duration = Duration::from_secs(600);
/// Minimum interval of pulls that the user did not request, whatever wakes the sync.
pub const MIN_PULL_INTERVAL: Duration = Duration::from_secs(60);
/// Minimum time between a failure and a retry that the user did not request, whatever wakes the sync.
pub const MIN_RETRY_DELAY: Duration = Duration::from_secs(5);
/// Maximum jittered backoff.
pub const MAX_BACKOFF: Duration = Duration::from_secs(300);
/// A longer `Retry-After` is cut to this.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);
/// First and last interval of probes of a server that is misconfigured.
pub const PROBE_INTERVAL: (Duration, Duration) =
    (Duration::from_secs(300), Duration::from_secs(3600));
/// Minimum time between a failure that put the sync on hold and a probe, whatever wakes the sync.
pub const MIN_PROBE_DELAY: Duration = Duration::from_secs(60);
/// How long a passed health check is valid.
pub const HEALTH_VALID: Duration = Duration::from_secs(86_400);
/// A response that takes longer than this lets neither batches grow nor a second push start.
pub const FAST_RESPONSE: Duration = Duration::from_secs(2);
/// Rows of the first push, and at most.
pub const PUSH_ROWS: (u32, u32) = (100, 2000);
/// Size of a push, in bytes, about.
pub const PUSH_BYTES: u32 = 512 * 1024;
/// Rows of the first pull, and at most.
pub const PULL_ROWS: (u32, u32) = (100, 2000);
/// Size of a pull, in bytes, at most.
pub const PULL_BYTES: u32 = 1 << 20;
/// More consecutive single-row failures than this indicate a server fault.
pub const MAX_REJECTED_IN_A_ROW: u32 = 3;
/// A row whose texts are not longer than this, in bytes, is never too large.
pub const SMALL_ROW: usize = 64 * 1024;
/// Maximum token refreshes in an hour.
pub const REFRESHES_PER_HOUR: usize = 6;
/// The period of [`REFRESHES_PER_HOUR`].
pub const HOUR: Duration = Duration::from_secs(3600);
/// Minimum age of a rejected token before it is refreshed again. A new token that is rejected may be accepted later: the
/// server's clock may be behind.
pub const MIN_TOKEN_AGE: Duration = Duration::from_secs(600);
/// How often a comparison of digests is repeated because another device has pushed meanwhile.
pub const MAX_COMPARISONS: u32 = 3;
