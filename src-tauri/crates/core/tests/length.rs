//! Parsing of lengths, and clock times across midnight and across a change of the clock.

use chrono::{DateTime, NaiveDateTime, Utc};
use proptest::prelude::*;
use std::time::Duration;
use zafu_core::length::{LengthError, Zone, parse};
use zafu_core::message;
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
    until_exactly(clock, now, offset, preparation).map(|(seconds, _)| seconds)
}

/// The planned seconds, and the delay before the preparation.
fn until_exactly(
    clock: &str,
    now: &str,
    offset: i16,
    preparation: u32,
) -> Result<(u32, Duration), LengthError> {
    let now = WallTime::new(utc(now), UtcOffset(offset));
    let choice = parse(&format!("until {clock}"))?;
    match choice.fix(now, PreparationSeconds::new(preparation).unwrap(), &Berlin)? {
        (Length::Timed(seconds), delay) => Ok((seconds.get(), delay)),
        (Length::Open, _) => unreachable!("a clock time is an end"),
    }
}

/// The lengths that this parser and the window's are both tested with.
fn written(kind: &str) -> Vec<(String, u64)> {
    let cases: serde_json::Value = serde_json::from_str(include_str!("lengths.json")).unwrap();
    let case = |case: &serde_json::Value| match case {
        serde_json::Value::String(text) => (text.clone(), 0),
        pair => (pair[0].as_str().unwrap().to_owned(), pair[1].as_u64().unwrap()),
    };
    cases[kind].as_array().unwrap().iter().map(case).collect()
}

#[test]
fn real_life_25_lengths_are_read_as_users_write_them() {
    for (text, seconds) in written("lengths") {
        let seconds = SitSeconds::new(u32::try_from(seconds).unwrap()).unwrap();
        assert_eq!(parse(&text), Ok(LengthChoice::Timed { seconds }), "{text}");
    }
    assert_eq!(parse("open"), Ok(LengthChoice::Open));
}

#[test]
fn an_invalid_length_is_named_in_the_error() {
    for (text, _) in written("not_lengths") {
        assert_eq!(parse(&text), Err(LengthError::NotALength(text.trim().to_owned())));
    }
    for text in ["until", "until 25:00", "until noon"] {
        assert!(matches!(parse(text), Err(LengthError::NotAClockTime(_))), "{text}");
    }
}

#[test]
fn real_life_26_a_negative_or_too_large_length_has_its_own_error() {
    for (text, _) in written("negative") {
        assert_eq!(parse(&text), Err(LengthError::Negative(text)));
    }
    for (text, _) in written("out_of_range") {
        assert_eq!(parse(&text), Err(LengthError::OutOfRange(text)));
    }
    let message = |text| parse(text).unwrap_err().message();
    let out_of_range = message!("timer-length-out-of-range", text = "4294967296");
    assert_eq!(message("4294967296"), out_of_range);
    assert_eq!(message("-5m"), message!("timer-length-negative", text = "-5m"));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,20}", number in "[0-9.,:]{0,30}", unit in "[hms]?") {
        // Only a panic fails this test.
        let _ = (parse(&text), parse(&format!("{number}{unit}")), parse(&format!("{text}{number}")));
    }

    #[test]
    fn real_life_23_a_sit_until_a_clock_time_ends_when_the_clock_shows_it(
        ahead_ms in 1_i64..86_400_000, preparation in 0_u32..=300,
    ) {
        let end = utc("2026-02-01T06:30:00Z");
        let now = WallTime::new(end - chrono::Duration::milliseconds(ahead_ms), UtcOffset(60));
        let preparation = PreparationSeconds::new(preparation).unwrap();
        let fixed = parse("until 07:30").unwrap().fix(now, preparation, &Berlin);
        match fixed {
            Ok((Length::Timed(seconds), delay)) => {
                prop_assert!(delay < Duration::from_secs(1));
                let sat = Duration::from_secs(u64::from(preparation.get() + seconds.get()));
                prop_assert_eq!(now.plus(delay + sat).utc, end);
            }
            Ok((Length::Open, _)) => unreachable!("a clock time is an end"),
            Err(error) => {
                prop_assert!(matches!(error, LengthError::NothingLeft { .. }), "{}", error);
                prop_assert!(ahead_ms < (i64::from(preparation.get()) + 1) * 1000);
            }
        }
    }
}

#[test]
fn real_life_24_a_time_across_the_end_of_daylight_saving_is_not_an_hour_early() {
    // 03:00:30 summer time to 03:00 winter time: a day and an hour, less half a minute.
    let day = 24 * 3600;
    assert_eq!(until("03:00", "2026-10-24T01:00:30Z", 120, 0), Ok(day + 3600 - 30));
    assert_eq!(until("03:00", "2026-10-24T01:00:30Z", 120, 60), Ok(day + 3600 - 90));
    // The night before and the night after have nothing of it.
    assert_eq!(until("03:00", "2026-10-23T01:00:30Z", 120, 0), Ok(day - 30));
    assert_eq!(until("03:00", "2026-10-25T02:00:30Z", 60, 0), Ok(day - 30));
    // Of an hour that comes twice, the next is used.
    assert_eq!(until("02:30", "2026-10-24T00:30:30Z", 120, 0), Ok(day - 30));
    // In spring the day is shorter.
    assert_eq!(until("03:00", "2026-03-28T02:00:30Z", 60, 0), Ok(day - 3600 - 30));
}

#[test]
fn until_a_clock_time_today_or_tomorrow() {
    assert_eq!(until("07:30", "2026-02-01T06:00:00Z", 60, 0), Ok(1800));
    assert_eq!(until("07:30", "2026-02-01T06:30:00Z", 60, 0), Ok(86_400));
    assert_eq!(until("00:15", "2026-02-01T22:45:00Z", 60, 0), Ok(1800));
}

#[test]
fn the_preparation_does_not_count() {
    assert_eq!(until("07:30", "2026-02-01T06:00:00Z", 60, 60), Ok(1740));
    let too_late = until("07:30", "2026-02-01T06:29:30Z", 60, 30);
    assert_eq!(too_late, Err(LengthError::NothingLeft { preparation: 30 }));
}

#[test]
fn a_change_of_the_clock_does_not_change_the_measured_time() {
    // 00:30 to 05:00 in the night that skips 02:00 to 03:00.
    assert_eq!(until("05:00", "2026-03-28T23:30:00Z", 60, 0), Ok(3 * 3600 + 1800));
    // The same in the night that has 02:00 to 03:00 twice.
    assert_eq!(until("05:00", "2026-10-24T22:30:00Z", 120, 0), Ok(5 * 3600 + 1800));
}

#[test]
fn a_skipped_clock_time_is_the_time_of_the_jump() {
    assert_eq!(until("02:30", "2026-03-28T23:30:00Z", 60, 0), Ok(5400));
}

#[test]
fn of_a_clock_time_that_occurs_twice_the_next_one_is_used() {
    assert_eq!(until("02:30", "2026-10-24T22:30:00Z", 120, 0), Ok(2 * 3600));
    assert_eq!(until("02:30", "2026-10-25T00:45:00Z", 120, 0), Ok(2700));
}

#[test]
fn real_life_28_a_zero_preparation_is_not_named_in_errors() {
    let message = |preparation| LengthError::NothingLeft { preparation }.message();
    assert_eq!(message(0), message!("timer-no-time-left"));
    assert_eq!(message(30), message!("timer-no-time-after-preparation", count = 30_u32));
}
