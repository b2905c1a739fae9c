//! Lengths as people say them, and clock times across midnight and a change of the clock.

use chrono::{DateTime, NaiveDateTime, Utc};
use zafu_core::length::{LengthError, Zone, parse};
use zafu_core::plan::{Length, LengthChoice, PreparationSeconds, SitSeconds};
use zafu_core::time::{UtcOffset, WallTime};

/// One hour ahead of UTC; from 29 March 2026, 01:00 UTC, two; from 25 October, 01:00 UTC, one again.
struct Berlin;

impl Zone for Berlin {
    fn instants(&self, local: NaiveDateTime) -> Vec<DateTime<Utc>> {
        let summer = utc("2026-03-29T01:00:00Z")..utc("2026-10-25T01:00:00Z");
        let at = |hours| local.and_utc() - chrono::Duration::hours(hours);
        let mut instants = Vec::new();
        instants.extend(Some(at(2)).filter(|at| summer.contains(at)));
        instants.extend(Some(at(1)).filter(|at| !summer.contains(at)));
        instants
    }
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn until(clock: &str, now: &str, offset: i16, preparation: u32) -> Result<u32, LengthError> {
    let now = WallTime::new(utc(now), UtcOffset(offset));
    let choice = parse(&format!("until {clock}"))?;
    match choice.fix(now, PreparationSeconds::new(preparation).unwrap(), &Berlin)? {
        Length::Timed(seconds) => Ok(seconds.get()),
        Length::Open => unreachable!("a clock time is an end"),
    }
}

#[test]
fn lengths_are_read_as_people_write_them() {
    let cases = [
        ("20m", 1200),
        ("1h30m", 5400),
        ("90s", 90),
        ("1h", 3600),
        ("45", 2700),
        (" 5M ", 300),
        ("1h2m3s", 3723),
        ("24h", 86_400),
        ("1s", 1),
    ];
    for (text, seconds) in cases {
        let seconds = SitSeconds::new(seconds).unwrap();
        assert_eq!(parse(text), Ok(LengthChoice::Timed { seconds }), "{text}");
    }
    assert_eq!(parse("open"), Ok(LengthChoice::Open));
}

#[test]
fn what_is_no_length_is_named() {
    for text in ["20x", "m", "30m1h", "1h1h", "h30", "20m5", "-5m", "1.5h", "99999999999m", "٢٠"]
    {
        assert!(matches!(parse(text), Err(LengthError::NotALength(_))), "{text}");
    }
    assert_eq!(parse(""), Err(LengthError::NotALength(String::new())));
    for text in ["0", "0s", "24h1s", "25h", "4000000000"] {
        assert!(matches!(parse(text), Err(LengthError::OutOfRange(_))), "{text}");
    }
    for text in ["until", "until 25:00", "until noon"] {
        assert!(matches!(parse(text), Err(LengthError::NotAClockTime(_))), "{text}");
    }
}

#[test]
fn until_a_time_today_or_else_tomorrow() {
    assert_eq!(until("07:30", "2026-02-01T06:00:00Z", 60, 0), Ok(1800));
    assert_eq!(until("07:30", "2026-02-01T06:30:00Z", 60, 0), Ok(86_400));
    assert_eq!(until("00:15", "2026-02-01T22:45:00Z", 60, 0), Ok(1800));
}

#[test]
fn the_preparation_is_not_sat() {
    assert_eq!(until("07:30", "2026-02-01T06:00:00Z", 60, 60), Ok(1740));
    let too_late = until("07:30", "2026-02-01T06:29:30Z", 60, 30);
    assert_eq!(too_late, Err(LengthError::NothingLeft { preparation: 30 }));
}

#[test]
fn a_change_of_the_clock_is_counted_in_real_time() {
    // 00:30 to 05:00 in the night that skips 02:00 to 03:00.
    assert_eq!(until("05:00", "2026-03-28T23:30:00Z", 60, 0), Ok(3 * 3600 + 1800));
    // The same in the night that has 02:00 to 03:00 twice.
    assert_eq!(until("05:00", "2026-10-24T22:30:00Z", 120, 0), Ok(5 * 3600 + 1800));
}

#[test]
fn a_time_that_is_skipped_is_when_the_clock_jumps() {
    assert_eq!(until("02:30", "2026-03-28T23:30:00Z", 60, 0), Ok(5400));
}

#[test]
fn of_a_time_that_comes_twice_the_next_is_meant() {
    assert_eq!(until("02:30", "2026-10-24T22:30:00Z", 120, 0), Ok(2 * 3600));
    assert_eq!(until("02:30", "2026-10-25T00:45:00Z", 120, 0), Ok(2700));
}
