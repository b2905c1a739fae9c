//! Local times in a time zone.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use zafu_core::time::{UtcOffset, WallTime};

/// Returns the moment of a local time. Of a doubled time it is the first; a time that the clocks leave out moves forward
/// by as much as the clocks do.
pub fn resolve(zone: Tz, local: NaiveDateTime) -> WallTime {
    if let Some(time) = zone.from_local_datetime(&local).earliest() {
        return wall_time(&time);
    }
    // The offset before the gap. The longest gap is the day that Samoa left out.
    let before = (1..=48).find_map(|hours| {
        let earlier = local.checked_sub_signed(TimeDelta::hours(hours))?;
        zone.from_local_datetime(&earlier).latest()
    });
    let offset = before.map_or(TimeDelta::zero(), |time| {
        TimeDelta::seconds(time.offset().fix().local_minus_utc().into())
    });
    let utc = local.checked_sub_signed(offset).unwrap_or(local).and_utc();
    at(zone, utc)
}

/// Returns the moment of a local time that ends something: a doubled time is the second if the first lies before `start`.
pub fn resolve_end(zone: Tz, local: NaiveDateTime, start: DateTime<Utc>) -> WallTime {
    let end = resolve(zone, local);
    match zone.from_local_datetime(&local).latest() {
        Some(latest) if end.utc < start => wall_time(&latest),
        _ => end,
    }
}

/// Returns an instant with the offset that its zone has then.
pub fn at(zone: Tz, utc: DateTime<Utc>) -> WallTime {
    wall_time(&utc.with_timezone(&zone))
}

fn wall_time(time: &DateTime<Tz>) -> WallTime {
    let minutes = time.offset().fix().local_minus_utc() / 60;
    // Every offset is less than a day.
    WallTime::new(time.with_timezone(&Utc), UtcOffset(i16::try_from(minutes).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{Europe, Pacific};

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn resolved(zone: Tz, text: &str) -> (String, i16) {
        let time = resolve(zone, local(text));
        (time.utc.to_rfc3339(), time.offset.0)
    }

    #[test]
    fn a_time_that_the_clocks_leave_out_moves_forward() {
        let time = resolved(Europe::Berlin, "2026-03-29T02:30:00");
        assert_eq!(time, ("2026-03-29T01:30:00+00:00".to_owned(), 120));
        let time = resolved(Pacific::Apia, "2011-12-30T12:00:00");
        assert_eq!(time, ("2011-12-30T22:00:00+00:00".to_owned(), 840));
    }

    #[test]
    fn a_doubled_time_is_the_first() {
        let time = resolved(Europe::Berlin, "2025-10-26T02:30:00");
        assert_eq!(time, ("2025-10-26T00:30:00+00:00".to_owned(), 120));
    }

    #[test]
    fn an_end_in_the_doubled_hour_is_not_before_its_start() {
        let start = resolve(Europe::Berlin, local("2025-10-26T02:50:00"));
        let end = resolve_end(Europe::Berlin, local("2025-10-26T02:10:00"), start.utc);
        assert_eq!(end.utc - start.utc, TimeDelta::minutes(20));
        assert_eq!(end.offset, UtcOffset(60));
    }

    #[test]
    fn a_time_is_shown_as_it_was_given_or_moved_forward_in_every_zone() {
        for zone in chrono_tz::TZ_VARIANTS {
            for year in [1900, 1971, 2011, 2199] {
                let first = local(&format!("{year}-01-01T00:30:00"));
                for hour in (0..365 * 24).step_by(7) {
                    let given = first + TimeDelta::hours(hour);
                    let moved = resolve(zone, given).local() - given;
                    let exists = zone.from_local_datetime(&given).earliest().is_some();
                    // Offsets are kept in whole minutes, and those of 1900 have seconds.
                    let moved_forward = !exists && moved <= TimeDelta::days(1);
                    let is_right = moved.abs() < TimeDelta::minutes(1) || moved_forward;
                    assert!(is_right && moved > TimeDelta::minutes(-1), "{zone} {given} {moved}");
                }
            }
        }
    }
}
