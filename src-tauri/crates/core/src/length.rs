//! The length of a sit, and how the user writes it: `20m`, `1h30m`, `90s`, `45`, `open`, `until 07:30`.

use crate::bounded::Bounded;
use crate::message;
use crate::message::Message;
use crate::time::{Seconds, WallTime};
use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The length of a timed sit that a user can choose, in seconds: 1 s to 24 h.
pub type SitSeconds = Bounded<1, 86_400>;
/// The planned length of a sit, in seconds. A clock time can be more than 24 h away if daylight saving time ends before
/// it.
pub type PlannedSeconds = Bounded<1, 172_800>;
/// The preparation before a sit, in seconds: 0 to 5 min.
pub type PreparationSeconds = Bounded<0, 300>;

/// The planned length of a sit, fixed when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Length {
    /// Reaches its planned end after this many seconds.
    Timed(PlannedSeconds),
    /// Open-ended: ends when the user ends it.
    Open,
}

impl Length {
    /// Returns the planned seconds as sessions store them: 0 for an open-ended sit.
    #[must_use]
    pub fn seconds(self) -> Seconds {
        match self {
            Self::Timed(seconds) => Seconds(seconds.get()),
            Self::Open => Seconds::ZERO,
        }
    }
}

/// The length of a sit as the user chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum LengthChoice {
    /// A fixed number of seconds.
    Timed {
        /// 1 s to 24 h.
        seconds: SitSeconds,
    },
    /// Open-ended.
    Open,
    /// Until the wall clock next shows this time.
    Until {
        /// `HH:MM` in local time.
        #[serde(with = "clock_text")]
        #[cfg_attr(feature = "ts", ts(as = "String"))]
        clock: NaiveTime,
    },
}

impl LengthChoice {
    /// Fixes the choice to a length, which no later change of the clock or the time zone moves. The second value is how
    /// long to wait before the preparation, less than a second, so that a sit until a clock time ends at exactly that
    /// time.
    ///
    /// `now` is when the user asked; a clock time is the end of the sit, so `preparation` is subtracted.
    ///
    /// # Errors
    /// [`LengthError::NothingLeft`] if the preparation leaves no time to sit.
    pub fn fix(
        self,
        now: WallTime,
        preparation: PreparationSeconds,
        zone: &impl Zone,
    ) -> Result<(Length, Duration), LengthError> {
        match self {
            Self::Timed { seconds } => Ok((Length::Timed(seconds.widen()), Duration::ZERO)),
            Self::Open => Ok((Length::Open, Duration::ZERO)),
            Self::Until { clock } => {
                let (seconds, delay) = until(clock, now, preparation, zone)?;
                Ok((Length::Timed(seconds), delay))
            }
        }
    }
}

mod clock_text {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(clock: &NaiveTime, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&clock.format("%H:%M"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(from)?;
        super::parse_clock(&text).map_err(D::Error::custom)
    }
}

/// A length that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LengthError {
    /// The text is not a length.
    NotALength(String),
    /// The text is not a clock time.
    NotAClockTime(String),
    /// The length is negative.
    Negative(String),
    /// The length is too short or too long.
    OutOfRange(String),
    /// The preparation would last past the clock time at which the sit is to end.
    NothingLeft {
        /// The length of the preparation, in seconds.
        preparation: u32,
    },
}

impl LengthError {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::NotALength(text) => message!("timer-not-a-length", text = text.as_str()),
            Self::NotAClockTime(text) => message!("timer-not-a-clock-time", text = text.as_str()),
            Self::Negative(text) => message!("timer-length-negative", text = text.as_str()),
            Self::OutOfRange(text) => message!("timer-length-out-of-range", text = text.as_str()),
            // Without a preparation less than a second was left.
            Self::NothingLeft { preparation: 0 } => message!("timer-no-time-left"),
            Self::NothingLeft { preparation } => {
                message!("timer-no-time-after-preparation", count = *preparation)
            }
        }
    }
}

crate::message_error!(LengthError);

/// A time zone, which the core does not know itself.
pub trait Zone {
    /// Returns the instants at which a local clock shows `local`, in order of time: usually one, two where the clock is set
    /// back, none where it is set forward past `local`.
    fn instants(&self, local: NaiveDateTime) -> Vec<DateTime<Utc>>;
}

/// Parses a length; a number without a unit is minutes.
///
/// # Errors
/// [`LengthError`] says why it is not a length.
pub fn parse(text: &str) -> Result<LengthChoice, LengthError> {
    let trimmed = text.trim();
    if trimmed.eq_ignore_ascii_case("open") {
        return Ok(LengthChoice::Open);
    }
    if let Some(clock) = trimmed.strip_prefix("until") {
        return Ok(LengthChoice::Until { clock: parse_clock(clock.trim())? });
    }
    let out_of_range = || LengthError::OutOfRange(trimmed.to_owned());
    let seconds = u32::try_from(parse_duration(trimmed)?).map_err(|_| out_of_range())?;
    let seconds = SitSeconds::new(seconds).map_err(|_| out_of_range())?;
    Ok(LengthChoice::Timed { seconds })
}

/// Parses a duration and returns whole seconds, rounded: minutes without a unit (`20`, `12.5`, `12,5`), numbers with units,
/// the larger unit first (`1h30m`, `1.5 h`, `20 min`, `1 h 30`), or colons (`2:30` is minutes and seconds, `1:30:00` has
/// hours). The window parses the same: `ui/src/lib/time/duration.ts`.
///
/// # Errors
/// [`LengthError::NotALength`], or [`LengthError::Negative`] for a duration with a minus sign.
pub fn parse_duration(text: &str) -> Result<u64, LengthError> {
    let trimmed = text.trim();
    if let Some(positive) = trimmed.strip_prefix(['-', '\u{2212}'])
        && read_duration(positive.trim_start()).is_some()
    {
        return Err(LengthError::Negative(text.to_owned()));
    }
    read_duration(trimmed).ok_or_else(|| LengthError::NotALength(text.to_owned()))
}

fn read_duration(text: &str) -> Option<u64> {
    let text = text.to_lowercase().replace(',', ".");
    if text.contains(':') {
        return read_colons(&text);
    }
    let (mut total, mut before, mut rest) = (0.0, None, text.as_str());
    while !rest.is_empty() {
        let (number, after) = split_where(rest, |c| !c.is_ascii_digit() && c != '.');
        let (name, after) = split_where(after.trim_start(), |c| !c.is_alphabetic());
        rest = after.trim_start();
        let unit = match (name, before) {
            // A number alone is minutes; a number without a unit after hours is minutes, after minutes seconds.
            ("", None) if rest.is_empty() => 60,
            ("", Some(before)) if before > 1 => before / 60,
            // Each unit once, the larger first: "30m1h" is more likely a typing error.
            _ => unit_of(name).filter(|unit| before.is_none_or(|before| *unit < before))?,
        };
        total += decimal(number)? * f64::from(unit);
        before = Some(unit);
    }
    // The cast saturates; a number that does not fit `u64` is then out of range for every length.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
    before.map(|_| total.round() as u64)
}

/// Parses `m:ss` and `h:mm:ss`.
fn read_colons(text: &str) -> Option<u64> {
    let figures: Vec<&str> = text.split(':').collect();
    let (hours, minutes, seconds) = match figures[..] {
        [minutes, seconds] => ("0", minutes, seconds),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let read = |figures: &str, most: usize| {
        let digits = figures.bytes().all(|byte| byte.is_ascii_digit());
        (digits && figures.len() <= most).then(|| figures.parse::<u64>().ok())?
    };
    let seconds = read(seconds, 2).filter(|&read| seconds.len() == 2 && read < 60)?;
    Some(read(hours, 2)? * 3600 + read(minutes, 4)? * 60 + seconds)
}

fn split_where(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}

/// Parses `12` and `12.5`, but not `.5` or `12.`, which are more likely typing errors.
fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if digits(whole) && digits(fraction) { text.parse().ok() } else { None }
}

/// Returns the seconds in a unit, by its English or German name.
fn unit_of(name: &str) -> Option<u32> {
    match name {
        "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunde" | "stunden" => Some(3600),
        "m" | "min" | "mins" | "minute" | "minutes" | "minuten" => Some(60),
        "s" | "sec" | "secs" | "second" | "seconds" | "sek" | "sekunde" | "sekunden" => Some(1),
        _ => None,
    }
}

/// Parses `HH:MM`.
///
/// # Errors
/// [`LengthError::NotAClockTime`] for anything else.
pub fn parse_clock(text: &str) -> Result<NaiveTime, LengthError> {
    NaiveTime::parse_from_str(text, "%H:%M")
        .map_err(|_| LengthError::NotAClockTime(text.to_owned()))
}

/// Returns the whole seconds to sit until a local clock next shows `clock`, and the fraction of a second to wait before the
/// preparation, so that the sit ends at exactly that time.
///
/// If the clock is set forward past `clock`, the sit ends when the clock is set; if it shows `clock` twice, at the next of
/// the two.
///
/// # Errors
/// [`LengthError::NothingLeft`] if the preparation would last past that time.
pub fn until(
    clock: NaiveTime,
    now: WallTime,
    preparation: PreparationSeconds,
    zone: &impl Zone,
) -> Result<(PlannedSeconds, Duration), LengthError> {
    let today = now.local().date();
    let end = (0..=2)
        .filter_map(|days| today.checked_add_days(Days::new(days)))
        .flat_map(|day| instants_or_jump(day.and_time(clock), zone))
        .find(|instant| *instant > now.utc)
        .ok_or_else(|| LengthError::NotAClockTime(clock.format("%H:%M").to_string()))?;
    let nothing_left = || LengthError::NothingLeft { preparation: preparation.get() };
    let preparing = Duration::from_secs(u64::from(preparation.get()));
    let left = (end - now.utc).to_std().ok().and_then(|left| left.checked_sub(preparing));
    let left = left.ok_or_else(nothing_left)?;
    let seconds = PlannedSeconds::new(Seconds::floor(left).0).map_err(|_| nothing_left())?;
    Ok((seconds, left - Duration::from_secs(u64::from(seconds.get()))))
}

/// Returns the instants of `local`, or the first instant after the jump of the clock that skips it.
fn instants_or_jump(local: NaiveDateTime, zone: &impl Zone) -> Vec<DateTime<Utc>> {
    (0..=24 * 4)
        .map(|quarters| zone.instants(local + TimeDelta::minutes(15 * quarters)))
        .find(|instants| !instants.is_empty())
        .unwrap_or_default()
}
