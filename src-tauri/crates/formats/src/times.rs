//! Reads the dates, times and lengths of exports.

use crate::limits::YEARS;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use std::borrow::Cow;

/// Whether the month or the day comes first in dates such as 4/5/2026. One file has one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// April 5.
    MonthFirst,
    /// May 4.
    DayFirst,
}

/// A local time, or a day whose time is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local {
    /// A date and a time of day.
    Time(NaiveDateTime),
    /// A day.
    Day(NaiveDate),
}

/// What a date says about the order of the dates of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Only this order gives a date.
    Only(DateOrder),
    /// Both orders give a date, and different ones.
    Ambiguous,
    /// Nothing: the year is first, the month has a name, or day and month are the same.
    None,
}

/// Returns what a date says about the order of the dates of its file.
pub fn evidence(text: &str) -> Evidence {
    let text = plain(text);
    let Some(Date::Numbers { first, second, year, separator }) = Scanner::new(&text).date() else {
        return Evidence::None;
    };
    let by = |order| date_of(first, second, year, order);
    match (by(DateOrder::MonthFirst), by(DateOrder::DayFirst)) {
        (None, None) => Evidence::None,
        (Some(_), None) => Evidence::Only(DateOrder::MonthFirst),
        (None, Some(_)) => Evidence::Only(DateOrder::DayFirst),
        (Some(a), Some(b)) if a == b => Evidence::None,
        // Nobody writes months first with full stops.
        (Some(_), Some(_)) if separator == b'.' => Evidence::Only(DateOrder::DayFirst),
        (Some(_), Some(_)) => Evidence::Ambiguous,
    }
}

/// Reads a local date and time, with or without seconds and a fraction, with AM or PM or in 24 hours. The date is
/// numeric or has an English name of the month. Returns nothing if any of the text is left over.
pub fn local(text: &str, order: DateOrder) -> Option<Local> {
    let text = plain(text);
    let mut scanner = Scanner::new(&text);
    let date = match scanner.date()? {
        Date::Whole(date) => date,
        Date::Numbers { first, second, year, .. } => date_of(first, second, year, order)?,
    };
    if scanner.is_at_end() {
        return Some(Local::Day(date));
    }
    let time = scanner.time()?;
    scanner.is_at_end().then(|| Local::Time(date.and_time(time)))
}

/// Reads a length as hours, minutes and seconds; two parts are minutes and seconds, one is seconds. Parts may have one
/// digit, and be larger than 59.
pub fn clock_length(text: &str) -> Option<u64> {
    let parts: Vec<u64> = plain(text).split(':').map(number).collect::<Option<_>>()?;
    match parts[..] {
        [seconds] => Some(seconds),
        [minutes, seconds] => Some(minutes * 60 + seconds),
        [hours, minutes, seconds] => Some(hours * 3600 + minutes * 60 + seconds),
        _ => None,
    }
}

/// Reads a length as hours and minutes.
pub fn hours_and_minutes(text: &str) -> Option<u64> {
    let text = plain(text);
    let (hours, minutes) = text.split_once(':')?;
    Some(number(hours)? * 3600 + number(minutes)? * 60)
}

/// Reads whole seconds; a fraction is dropped.
pub fn seconds(text: &str) -> Option<u64> {
    let text = plain(text);
    match text.split_once('.') {
        Some((whole, fraction)) => {
            number(whole).filter(|_| fraction.bytes().all(|byte| byte.is_ascii_digit()))
        }
        None => number(&text),
    }
}

/// Reads a time in seconds since 1970.
pub fn unix_seconds(text: &str) -> Option<DateTime<Utc>> {
    instant(DateTime::from_timestamp(plain(text).parse().ok()?, 0)?)
}

/// Returns an instant if its year is one of a sit.
pub fn instant(utc: DateTime<Utc>) -> Option<DateTime<Utc>> {
    YEARS.contains(&utc.year()).then_some(utc)
}

/// Returns a text without the marks and foreign digits that phones write: decimal digits of every script become those of
/// ASCII, no-break spaces become spaces, and marks of the writing direction go.
pub fn plain(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let character = |character: char| match character {
        '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}' => Some(' '),
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => None,
        _ => Some(ascii_digit(character)),
    };
    Cow::Owned(text.chars().filter_map(character).collect::<String>().trim().to_owned())
}

/// The zeros of the scripts of Unicode in which phones write numbers. The other digits follow.
const ZEROS: [u32; 36] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

fn ascii_digit(character: char) -> char {
    let code = u32::from(character);
    let digit = ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|digit| *digit < 10));
    digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(character)
}

/// Reads up to nine digits.
fn number(text: &str) -> Option<u64> {
    let digits = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn date_of(first: u32, second: u32, year: i32, order: DateOrder) -> Option<NaiveDate> {
    let (month, day) = match order {
        DateOrder::MonthFirst => (first, second),
        DateOrder::DayFirst => (second, first),
    };
    day_of(year, month, day)
}

fn day_of(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).filter(|_| YEARS.contains(&year))
}

enum Date {
    /// Needs no order.
    Whole(NaiveDate),
    /// The month and the day, in the order of the file.
    Numbers { first: u32, second: u32, year: i32, separator: u8 },
}

/// Reads a text from left to right.
struct Scanner<'t> {
    text: &'t [u8],
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Self { text: text.as_bytes() }
    }

    fn is_at_end(&self) -> bool {
        self.text.is_empty()
    }

    fn peek(&self) -> Option<u8> {
        self.text.first().copied()
    }

    /// Drops the bytes that `of` is true for, and returns them.
    fn take_while(&mut self, of: impl Fn(u8) -> bool) -> &'t [u8] {
        let length = self.text.iter().position(|byte| !of(*byte)).unwrap_or(self.text.len());
        let (taken, rest) = self.text.split_at(length);
        self.text = rest;
        taken
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.text = self.text.strip_prefix(&[byte])?;
        Some(())
    }

    /// Reads a number with at most `digits` digits, and returns how many it has.
    fn number(&mut self, digits: usize) -> Option<(u32, usize)> {
        let taken = self.take_while(|byte| byte.is_ascii_digit());
        let text = std::str::from_utf8(taken).ok().filter(|text| text.len() <= digits)?;
        Some((text.parse().ok()?, taken.len()))
    }

    fn date(&mut self) -> Option<Date> {
        if self.peek()?.is_ascii_alphabetic() {
            return self.date_with_name().map(Date::Whole);
        }
        let (first, digits) = self.number(4)?;
        let separator = self.peek().filter(|byte| b"/.-".contains(byte))?;
        self.take(separator)?;
        let (second, _) = self.number(2)?;
        self.take(separator)?;
        let (third, last_digits) = self.number(4)?;
        match (digits, last_digits) {
            (4, ..=2) => day_of(i32::try_from(first).ok()?, second, third).map(Date::Whole),
            (..=2, 2 | 4) => {
                let year = if last_digits == 2 { 2000 + third } else { third };
                Some(Date::Numbers { first, second, year: i32::try_from(year).ok()?, separator })
            }
            _ => None,
        }
    }

    /// Reads a date such as `Apr 20,2026` or `April 20, 2026`.
    fn date_with_name(&mut self) -> Option<NaiveDate> {
        const MONTHS: [&[u8]; 12] = [
            b"january",
            b"february",
            b"march",
            b"april",
            b"may",
            b"june",
            b"july",
            b"august",
            b"september",
            b"october",
            b"november",
            b"december",
        ];
        let name = self.take_while(|byte| byte.is_ascii_alphabetic()).to_ascii_lowercase();
        let is_month = |month: &&[u8]| name.len() >= 3 && month.starts_with(&name);
        let month = u32::try_from(MONTHS.iter().position(is_month)?).ok()? + 1;
        self.take_while(|byte| b" .".contains(&byte));
        let (day, _) = self.number(2)?;
        self.take_while(|byte| b" ,".contains(&byte));
        let (year, digits) = self.number(4)?;
        day_of(i32::try_from(year).ok().filter(|_| digits == 4)?, month, day)
    }

    fn time(&mut self) -> Option<NaiveTime> {
        let gap = self.take_while(|byte| b" ,T".contains(&byte));
        if gap.is_empty() {
            return None;
        }
        let (hour, _) = self.number(2)?;
        self.take(b':')?;
        let (minute, _) = self.number(2)?;
        let (mut second, mut nanosecond) = (0, 0);
        if self.take(b':').is_some() {
            second = self.number(2)?.0;
            if self.take(b'.').is_some() {
                nanosecond = self.fraction()?;
            }
        }
        let hour = self.half_of_day(hour)?;
        NaiveTime::from_hms_nano_opt(hour, minute, second, nanosecond)
    }

    /// Reads the digits of a fraction as nanoseconds.
    fn fraction(&mut self) -> Option<u32> {
        let digits = self.take_while(|byte| byte.is_ascii_digit());
        let nine = digits.iter().chain(std::iter::repeat(&b'0')).take(9);
        let nanosecond = nine.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        (!digits.is_empty()).then_some(nanosecond)
    }

    /// Reads AM or PM if it is there, and returns the hour of the day.
    fn half_of_day(&mut self, hour: u32) -> Option<u32> {
        self.take_while(|byte| byte == b' ');
        let letters = self.take_while(|byte| byte.is_ascii_alphabetic() || byte == b'.');
        let half: Vec<u8> = letters.iter().filter(|byte| **byte != b'.').copied().collect();
        match half.to_ascii_lowercase().as_slice() {
            b"" => Some(hour),
            b"am" if (1..=12).contains(&hour) => Some(hour % 12),
            b"pm" if (1..=12).contains(&hour) => Some(hour % 12 + 12),
            _ => None,
        }
    }
}

/// Returns the whole seconds from `start` to `end`, rounded down; none if `end` is earlier.
pub fn seconds_between(start: DateTime<Utc>, end: DateTime<Utc>) -> Option<u64> {
    let length = end.signed_duration_since(start);
    (length >= TimeDelta::zero()).then(|| length.num_seconds().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month_first(text: &str) -> Option<String> {
        Some(match local(text, DateOrder::MonthFirst)? {
            Local::Time(time) => time.to_string(),
            Local::Day(day) => day.to_string(),
        })
    }

    #[test]
    fn times_are_read_in_every_form_of_the_formats() {
        for (text, time) in [
            ("04/20/2026 08:21:14", "2026-04-20 08:21:14"),
            ("4/5/2026 12:05:00 AM", "2026-04-05 00:05:00"),
            ("4/5/2026 12:05:00 PM", "2026-04-05 12:05:00"),
            ("4/5/2026, 1:05 p.m.", "2026-04-05 13:05:00"),
            ("4/5/2026 1:05:09\u{202f}PM", "2026-04-05 13:05:09"),
            ("4/5/26 1:05", "2026-04-05 01:05:00"),
            ("Apr 20,2026 8:21 AM", "2026-04-20 08:21:00"),
            ("April 2, 2026 8:21", "2026-04-02 08:21:00"),
            ("2025-05-14T08:00:00.123456789", "2025-05-14 08:00:00.123456789"),
            ("2025-05-13T21:30", "2025-05-13 21:30:00"),
            ("٢٠٢٤-٠٧-٠٢ ٠٥:٠٠", "2024-07-02 05:00:00"),
            ("07/04/2024", "2024-07-04"),
        ] {
            assert_eq!(month_first(text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in [
            "",
            "bad-date",
            "13/13/2026",
            "2/30/2026 10:00",
            "4/5/2026 13:00 PM",
            "4/5/2026 0:00 AM",
            "4/5/2026 25:00",
            "4/5/2026 10:00:61",
            "4/5/2026 10:00 x",
            "4/5/2026 10:00Z",
            "4/5-2026",
            "4/5/202",
            "04/05/12026",
            "Apx 20,2026 8:21 AM",
            "Ap 20,2026",
            "4/5/1026",
            "4/5/2026T",
            "2026-04-05T10:00:00.",
            "99999999999999999999/1/1",
        ] {
            assert_eq!(month_first(text), None, "{text}");
        }
    }

    #[test]
    fn only_some_dates_tell_the_order() {
        use DateOrder::{DayFirst, MonthFirst};
        for (text, expected) in [
            ("04/20/2026 08:21", Evidence::Only(MonthFirst)),
            ("20/04/2026", Evidence::Only(DayFirst)),
            ("05.04.2026", Evidence::Only(DayFirst)),
            ("5/4/2026 10:00", Evidence::Ambiguous),
            ("5/5/2026 10:00", Evidence::None),
            ("2026-04-05", Evidence::None),
            ("Apr 5, 2026", Evidence::None),
            ("13/13/2026", Evidence::None),
            ("x", Evidence::None),
        ] {
            assert_eq!(evidence(text), expected, "{text}");
        }
    }

    #[test]
    fn lengths_are_read() {
        assert_eq!(clock_length("0:45:0"), Some(2700));
        assert_eq!(clock_length("87:21:41"), Some(314_501));
        assert_eq!(clock_length("20:0"), Some(1200));
        assert_eq!(clock_length("900"), Some(900));
        for text in ["", ":", "1:2:3:4", "-1", "1:-2", "1.5", "9999999999", "1: 2"] {
            assert_eq!(clock_length(text), None, "{text}");
        }
        assert_eq!(hours_and_minutes("26:00"), Some(93_600));
        assert_eq!(hours_and_minutes("26"), None);
        assert_eq!(seconds("612.9"), Some(612));
        assert_eq!(seconds("-5"), None);
    }
}
