//! Faults of one call. The numbers are those in the list of faults that the sync must survive.

use fastrand::Rng;
use std::time::Duration;
use zafu_sync::fake::error;
use zafu_sync::wire::HttpResponse;

/// The fault of one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// No fault.
    None,
    /// 26 TLS, 28 DNS, 30 a connection that died during suspend: the request is known not to be sent.
    Unreachable,
    /// 29: the request is lost, and the device cannot know.
    Swallowed,
    /// 19, 29 for the response, 23: the request arrives, and the response is lost or too late.
    Unanswered,
    /// 20: the request arrives a second time after this delay.
    Twice(Duration),
    /// 21, 22: the request arrives after this delay, later than newer ones.
    Late(Duration),
    /// 24: the response is truncated.
    CutOff,
    /// 25, 27, 31 to 38: this response of another server, or this error of the server, instead of the real response.
    Instead(HttpResponse),
    /// 34: the server carries out the request and then fails with this response.
    DoneThen(HttpResponse),
    /// 40: this number of row outcomes is missing at the end.
    Silent(usize),
    /// 42: the access token has expired.
    Expired,
    /// 43: the token has expired and cannot be refreshed.
    Revoked,
    /// 3: the process is killed after this delay, while the request is in flight.
    Killed(Duration),
    /// 10: the sync panics after this delay, while the request is in flight; the rest of the process continues.
    Panics(Duration),
    /// 44: another account signs in after this delay, while the request is in flight.
    Switched(Duration),
}

fn page() -> Vec<u8> {
    b"<!DOCTYPE html><title>Welcome to our hotel</title>".to_vec()
}

/// Returns a random fault.
pub fn some(rng: &mut Rng) -> Trouble {
    let seconds = |rng: &mut Rng, most: u64| Duration::from_millis(rng.u64(1..most * 1000));
    let plain = |status| HttpResponse { status, retry_after: None, body: Vec::new() };
    let html = |status| HttpResponse { status, retry_after: None, body: page() };
    match rng.u32(0..28) {
        0 => Trouble::Unreachable,
        1 => Trouble::Swallowed,
        2..=4 => Trouble::Unanswered,
        5 | 6 => Trouble::Twice(seconds(rng, 300)),
        7 | 8 => Trouble::Late(Duration::from_secs(31) + seconds(rng, 600)),
        9 => Trouble::CutOff,
        10 => Trouble::Instead(html(200)),
        11 => Trouble::Instead(html(302)),
        12 => Trouble::Instead(html(407)),
        13 => {
            let retry_after = rng.bool().then(|| seconds(rng, 400));
            Trouble::Instead(HttpResponse { status: 429, retry_after, body: Vec::new() })
        }
        14 => Trouble::Instead(html(*rng.choice(&[502, 503, 504, 521]).expect("some"))),
        15 => Trouble::Instead(plain(*rng.choice(&[402, 540]).expect("some"))),
        16 => Trouble::DoneThen(html(502)),
        17 => Trouble::Instead(error(500, "40P01")),
        18 => Trouble::Instead(error(500, "57014")),
        19 => Trouble::Instead(error(400, "PGRST204")),
        20 => Trouble::Instead(error(403, "42501")),
        21 => Trouble::Silent(rng.usize(1..4)),
        22 => Trouble::Expired,
        23 => Trouble::Revoked,
        24 => Trouble::Killed(seconds(rng, 40)),
        25 => Trouble::Panics(seconds(rng, 40)),
        26 => Trouble::Instead(error(418, "XX000")),
        _ => Trouble::Switched(seconds(rng, 2)),
    }
}
