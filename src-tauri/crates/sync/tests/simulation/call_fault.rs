//! Faults of one call. The numbers are those in the list of faults that the sync must survive.

use fastrand::Rng;
use std::time::Duration;
use zafu_sync::fake::error;
use zafu_sync::wire::HttpResponse;

/// The fault of one call.
#[derive(Clone, Debug, PartialEq)]
pub enum CallFault {
    /// No fault.
    None,
    /// 26 TLS, 28 DNS, 30 a connection that died during suspend: the request is known not to be sent.
    Unreachable,
    /// 29: the request is lost, and the device cannot know.
    RequestLost,
    /// 19, 29 for the response, 23: the request arrives, and the response is lost or too late.
    ResponseLost,
    /// 20: the request arrives a second time after this delay.
    Duplicated(Duration),
    /// 21, 22: the request arrives after this delay, later than newer ones.
    Delayed(Duration),
    /// 24: the response is truncated.
    Truncated,
    /// 25, 27, 31 to 38: this response of another server, or this error of the server, instead of the real response.
    Replaced(HttpResponse),
    /// 34: the server carries out the request and then fails with this response.
    StoredThenReplaced(HttpResponse),
    /// 40: this number of row outcomes is missing at the end.
    MissingOutcomes(usize),
    /// 42: the access token has expired.
    Expired,
    /// 43: the token has expired and cannot be refreshed.
    Revoked,
    /// 3: the process is killed after this delay, while the request is in flight.
    Killed(Duration),
    /// 10: the sync panics after this delay, while the request is in flight; the rest of the process continues.
    Panicked(Duration),
    /// 44: another account signs in after this delay, while the request is in flight.
    AccountSwitched(Duration),
}

fn html_page() -> Vec<u8> {
    b"<!DOCTYPE html><title>Welcome to our hotel</title>".to_vec()
}

/// Returns a random fault.
pub fn random(rng: &mut Rng) -> CallFault {
    let seconds = |rng: &mut Rng, max: u64| Duration::from_millis(rng.u64(1..max * 1000));
    let plain = |status| HttpResponse { status, retry_after: None, body: Vec::new() };
    let html = |status| HttpResponse { status, retry_after: None, body: html_page() };
    match rng.u32(0..28) {
        0 => CallFault::Unreachable,
        1 => CallFault::RequestLost,
        2..=4 => CallFault::ResponseLost,
        5 | 6 => CallFault::Duplicated(seconds(rng, 300)),
        7 | 8 => CallFault::Delayed(Duration::from_secs(31) + seconds(rng, 600)),
        9 => CallFault::Truncated,
        10 => CallFault::Replaced(html(200)),
        11 => CallFault::Replaced(html(302)),
        12 => CallFault::Replaced(html(407)),
        13 => {
            let retry_after = rng.bool().then(|| seconds(rng, 400));
            CallFault::Replaced(HttpResponse { status: 429, retry_after, body: Vec::new() })
        }
        14 => CallFault::Replaced(html(*rng.choice(&[502, 503, 504, 521]).expect("some"))),
        15 => CallFault::Replaced(plain(*rng.choice(&[402, 540]).expect("some"))),
        16 => CallFault::StoredThenReplaced(html(502)),
        17 => CallFault::Replaced(error(500, "40P01")),
        18 => CallFault::Replaced(error(500, "57014")),
        19 => CallFault::Replaced(error(400, "PGRST204")),
        20 => CallFault::Replaced(error(403, "42501")),
        21 => CallFault::MissingOutcomes(rng.usize(1..4)),
        22 => CallFault::Expired,
        23 => CallFault::Revoked,
        24 => CallFault::Killed(seconds(rng, 40)),
        25 => CallFault::Panicked(seconds(rng, 40)),
        26 => CallFault::Replaced(error(418, "XX000")),
        _ => CallFault::AccountSwitched(seconds(rng, 2)),
    }
}
