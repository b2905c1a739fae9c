//! What can go wrong with one call. The numbers are those of the list of faults that the sync must survive.

use fastrand::Rng;
use std::time::Duration;
use zafu_sync::fake::error;
use zafu_sync::wire::HttpResponse;

/// What happens to one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// 26 TLS, 28 names, 30 a connection that died in sleep: it is never sent, and that is known.
    Unreachable,
    /// 29: it never arrives, and nobody knows.
    Swallowed,
    /// 19, 29 the other way, 23: it arrives, and the answer does not, or too late.
    Unanswered,
    /// 20: it arrives again after so long.
    Twice(Duration),
    /// 21, 22: it arrives after so long, when newer ones have.
    Late(Duration),
    /// 24: the answer is cut off.
    CutOff,
    /// 25, 27, 31 to 38: someone else answers, or the server says no.
    Instead(HttpResponse),
    /// 34: the server does it and then falls over.
    DoneThen(HttpResponse),
    /// 40: the last verdicts are missing.
    Silent(usize),
    /// 42: the token is no longer taken.
    Expired,
    /// 43: nor can there be a new one.
    Revoked,
    /// 3: the process is killed while it waits, after so long.
    Killed(Duration),
    /// 10: the sync panics while it waits; the rest of the process goes on.
    Panics(Duration),
    /// 44: another account signs in while it waits.
    Switched(Duration),
}

fn page() -> Vec<u8> {
    b"<!DOCTYPE html><title>Welcome to our hotel</title>".to_vec()
}

/// Some trouble.
pub fn some(chance: &mut Rng) -> Trouble {
    let seconds = |chance: &mut Rng, most: u64| Duration::from_millis(chance.u64(1..most * 1000));
    let plain = |status| HttpResponse { status, retry_after: None, body: Vec::new() };
    let html = |status| HttpResponse { status, retry_after: None, body: page() };
    match chance.u32(0..28) {
        0 => Trouble::Unreachable,
        1 => Trouble::Swallowed,
        2..=4 => Trouble::Unanswered,
        5 | 6 => Trouble::Twice(seconds(chance, 300)),
        7 | 8 => Trouble::Late(Duration::from_secs(31) + seconds(chance, 600)),
        9 => Trouble::CutOff,
        10 => Trouble::Instead(html(200)),
        11 => Trouble::Instead(html(302)),
        12 => Trouble::Instead(html(407)),
        13 => {
            let retry_after = chance.bool().then(|| seconds(chance, 400));
            Trouble::Instead(HttpResponse { status: 429, retry_after, body: Vec::new() })
        }
        14 => Trouble::Instead(html(*chance.choice(&[502, 503, 504, 521]).expect("some"))),
        15 => Trouble::Instead(plain(*chance.choice(&[402, 540]).expect("some"))),
        16 => Trouble::DoneThen(html(502)),
        17 => Trouble::Instead(error(500, "40P01")),
        18 => Trouble::Instead(error(500, "57014")),
        19 => Trouble::Instead(error(400, "PGRST204")),
        20 => Trouble::Instead(error(403, "42501")),
        21 => Trouble::Silent(chance.usize(1..4)),
        22 => Trouble::Expired,
        23 => Trouble::Revoked,
        24 => Trouble::Killed(seconds(chance, 40)),
        25 => Trouble::Panics(seconds(chance, 40)),
        26 => Trouble::Instead(error(418, "XX000")),
        _ => Trouble::Switched(seconds(chance, 2)),
    }
}
