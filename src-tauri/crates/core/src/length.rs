//! Reading lengths as people write them: `20m`, `1h30m`, `90s`, `45`, `open`, `until 07:30`.

use crate::bounded::OutOfRange;
use crate::plan::{LengthChoice, PreparationSeconds, SitSeconds};
use crate::time::WallTime;
use chrono::{DateTime, Days, Duration, NaiveDateTime, NaiveTime, Utc};

/// A length that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LengthError {
    /// It is not written as a length.
    #[error("\"{0}\" is not a length: write it as 20m, 1h30m, 90s, open, or until 07:30")]
    NotALength(String),
    /// It is not written as a clock time.
    #[error("\"{0}\" is not a time of day: write it as 07:30")]
    NotAClockTime(String),
    /// It is too short or too long.
    #[error("a sit can be from 1 second to 24 hours long: {0} seconds is not")]
    OutOfRange(u64),
    /// A sit until a clock time that the preparation reaches past.
    #[error(
        "the preparation of {preparation} seconds leaves no time to sit until then: shorten it, or choose a later time"
    )]
    NothingLeft {
        /// How long the preparation is.
        preparation: u32,
    },
}

impl From<OutOfRange> for LengthError {
    fn from(error: OutOfRange) -> Self {
        Self::OutOfRange(u64::from(error.value))
    }
}

/// A place's rules for its clock, which the core does not know.
pub trait Zone {
    /// The instants at which this place's clock shows `local`: one as a rule, two when the clock is set back,
    /// none when it is set forward past it. In order of time.
    fn instants(&self, local: NaiveDateTime) -> Vec<DateTime<Utc>>;
}

/// Reads a length as a person writes it; a bare number is minutes.
///
/// # Errors
/// [`LengthError`] names what was wrong.
pub fn parse(text: &str) -> Result<LengthChoice, LengthError> {
    let trimmed = text.trim();
    if trimmed.eq_ignore_ascii_case("open") {
        return Ok(LengthChoice::Open);
    }
    if let Some(clock) = trimmed.strip_prefix("until") {
        return Ok(LengthChoice::Until { clock: parse_clock(clock.trim())? });
    }
    let seconds = parse_duration(trimmed)?;
    let seconds = u32::try_from(seconds).map_err(|_| LengthError::OutOfRange(seconds))?;
    Ok(LengthChoice::Timed { seconds: SitSeconds::new(seconds)? })
}

/// Reads `1h30m10s` and its parts, or a bare number of minutes, as seconds.
///
/// # Errors
/// [`LengthError::NotALength`] if it is neither.
pub fn parse_duration(text: &str) -> Result<u64, LengthError> {
    let not_a_length = || LengthError::NotALength(text.to_owned());
    let number = |digits: &str| digits.parse::<u32>().map(u64::from).map_err(|_| not_a_length());
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return number(text).map(|minutes| minutes * 60);
    }
    let (mut total, mut digits, mut last_unit) = (0_u64, String::new(), u64::MAX);
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c.to_ascii_lowercase() {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return Err(not_a_length()),
        };
        // Each unit once, the larger first: "30m1h" is more likely a slip than a wish.
        if unit >= last_unit {
            return Err(not_a_length());
        }
        last_unit = unit;
        total += number(&std::mem::take(&mut digits))? * unit;
    }
    if digits.is_empty() { Ok(total) } else { Err(not_a_length()) }
}

/// Reads `HH:MM`.
///
/// # Errors
/// [`LengthError::NotAClockTime`] if it is not one.
pub fn parse_clock(text: &str) -> Result<NaiveTime, LengthError> {
    NaiveTime::parse_from_str(text, "%H:%M")
        .map_err(|_| LengthError::NotAClockTime(text.to_owned()))
}

/// The whole seconds from the end of the preparation until the clock of the place next shows `clock`.
///
/// Where the clock is set forward past `clock`, the end is the moment at which it is set; where it shows it
/// twice, the next of the two.
///
/// # Errors
/// [`LengthError::NothingLeft`] if the preparation reaches past that moment.
pub fn until(
    clock: NaiveTime,
    now: WallTime,
    preparation: PreparationSeconds,
    zone: &impl Zone,
) -> Result<SitSeconds, LengthError> {
    let today = now.local().date();
    let end = (0..=2)
        .filter_map(|days| today.checked_add_days(Days::new(days)))
        .flat_map(|day| instants_or_jump(day.and_time(clock), zone))
        .find(|instant| *instant > now.utc)
        .ok_or_else(|| LengthError::NotAClockTime(clock.format("%H:%M").to_string()))?;
    let preparation_left = || LengthError::NothingLeft { preparation: preparation.get() };
    let left = (end - now.utc).num_seconds() - i64::from(preparation.get());
    let left = u32::try_from(left).map_err(|_| preparation_left())?;
    // With a change of zone, the next such time can be up to 25 h away.
    SitSeconds::new(left.min(86_400)).map_err(|_| preparation_left())
}

/// The instants of `local`, or the first one after the gap that swallows it.
fn instants_or_jump(local: NaiveDateTime, zone: &impl Zone) -> Vec<DateTime<Utc>> {
    (0..=24 * 4)
        .map(|quarters| zone.instants(local + Duration::minutes(15 * quarters)))
        .find(|instants| !instants.is_empty())
        .unwrap_or_default()
}
