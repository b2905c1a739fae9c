//! The weeks of a partnership as this device knows them: the server's, those that have begun since, and the user's own sits.

use chrono::{DateTime, Utc};
use zafu_core::partnership::{Partnership, SharedSit, Tally, Week, week_number, week_start};

/// The most weeks that are shown.
const MAX_WEEKS: u32 = 104;

/// Returns the weeks of `partnership` that have begun until `until`, the oldest first. `goal` is that of weeks which the server
/// has not made yet. `sits` are the user's that count; if they are `complete`, they replace the server's count of them.
pub(super) fn weeks(
    partnership: &Partnership,
    goal: u32,
    sits: &[SharedSit],
    complete: bool,
    until: DateTime<Utc>,
) -> Vec<Week> {
    let first = partnership.first_week_at;
    let mut weeks = partnership.weeks.clone();
    let last = weeks.last().map_or(0, |week| week.number);
    let current = week_number(first, until).unwrap_or(0);
    let missing = current.saturating_sub(last).min(MAX_WEEKS);
    weeks.extend(
        (current.saturating_sub(missing) + 1..=current).filter(|number| *number > last).map(
            |number| Week { number, start: week_start(first, number), goal, mine: 0, partners: 0 },
        ),
    );
    weeks.drain(..weeks.len().saturating_sub(MAX_WEEKS as usize));
    let oldest = weeks.first().map_or(0, |week| week.number);
    let mut counted = vec![0_u32; weeks.len()];
    for sit in sits {
        let index = week_number(first, sit.start).and_then(|number| number.checked_sub(oldest));
        if let Some(count) = index.and_then(|index| counted.get_mut(index as usize)) {
            *count += 1;
        }
    }
    for (week, counted) in weeks.iter_mut().zip(counted) {
        week.mine = if complete { counted } else { week.mine.max(counted) };
    }
    weeks
}

/// Returns the totals over all weeks of `partnership`, with `weeks` in place of what the server has of them.
pub(super) fn tally(partnership: &Partnership, weeks: &[Week]) -> Tally {
    let of = |weeks: &[Week]| {
        // The last one is not over. This does not depend on whose clock is right.
        weeks.last().map_or(Tally::default(), |last| Tally::of(weeks, last.start))
    };
    let oldest = weeks.first().map_or(0, |week| week.number);
    let replaced: Vec<_> =
        partnership.weeks.iter().copied().filter(|week| week.number >= oldest).collect();
    let (before, after) = (of(&replaced), of(weeks));
    Tally {
        kept: partnership.tally.kept.saturating_add(after.kept).saturating_sub(before.kept),
        missed: partnership.tally.missed.saturating_add(after.missed).saturating_sub(before.missed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;
    use zafu_core::ids::{DeviceId, PartnershipId};
    use zafu_core::partnership::{Privacy, Role, Shown};
    use zafu_core::profile::{DEFAULT_TARGET, Profile};
    use zafu_core::session::Register;
    use zafu_core::time::Seconds;

    fn day(days: i64) -> DateTime<Utc> {
        "2026-03-01T03:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(days)
    }

    fn sit(start: DateTime<Utc>) -> SharedSit {
        SharedSit { start, length: Seconds(600), offset: None }
    }

    /// A partnership in its week `weeks`, with a goal of 3, of which the user sat `mine` and the partner one in each week.
    fn partnership(number: u32, mine: u32) -> Partnership {
        let weeks: Vec<_> = (1..=number)
            .map(|number| Week {
                number,
                start: week_start(day(0), number),
                goal: 3,
                mine,
                partners: 1,
            })
            .collect();
        Partnership {
            id: PartnershipId(Uuid::from_u128(1)),
            started_at: day(0),
            first_week_at: day(0),
            role: Role::Inviter,
            partner: Shown {
                profile: Profile::default(),
                target: DEFAULT_TARGET,
                privacy: Privacy::Counts,
                times: None,
            },
            privacy: Register::untouched(Privacy::Counts, DeviceId(Uuid::nil())),
            tally: Tally::of(&weeks, weeks.last().unwrap().start),
            weeks,
            may_bow: false,
        }
    }

    #[test]
    fn sits_of_this_device_replace_the_count_of_the_server() {
        let known = partnership(2, 1);
        let sits = [day(0), day(6), day(7) - TimeDelta::milliseconds(1), day(7)].map(sit);
        let counts = |complete| {
            let weeks = weeks(&known, 9, &sits, complete, day(8));
            (weeks.iter().map(|week| week.mine).collect::<Vec<_>>(), tally(&known, &weeks))
        };
        assert_eq!(counts(true), (vec![3, 1], Tally { kept: 1, missed: 0 }));
        assert_eq!(known.tally, Tally { kept: 0, missed: 1 });
        // Before the first sync this device may have only some of the sits.
        let known = partnership(2, 4);
        let shown = weeks(&known, 9, &sits, false, day(8));
        assert_eq!(shown.iter().map(|week| week.mine).collect::<Vec<_>>(), [4, 4]);
        assert_eq!(tally(&known, &shown), known.tally);
    }

    #[test]
    fn weeks_that_have_begun_since_the_last_response_are_added() {
        let known = partnership(2, 2);
        let shown = weeks(&known, 11, &[sit(day(1)), sit(day(2)), sit(day(15))], true, day(21));
        assert_eq!(
            shown.iter().map(|week| (week.number, week.goal, week.mine)).collect::<Vec<_>>(),
            [(1, 3, 2), (2, 3, 0), (3, 11, 1), (4, 11, 0)]
        );
        assert_eq!(shown[3].start, day(21));
        assert_eq!(tally(&known, &shown), Tally { kept: 1, missed: 2 });
        // A clock that is behind that of the server removes no week.
        assert_eq!(weeks(&known, 11, &[], true, day(-5)).len(), 2);
    }

    #[test]
    fn the_newest_weeks_are_shown_and_all_of_them_counted() {
        let known = Partnership { tally: Tally { kept: 150, missed: 3 }, ..partnership(104, 2) };
        let shown = weeks(&known, 3, &[], false, day(7 * 106));
        assert_eq!((shown.len(), shown[0].number, shown[103].number), (104, 4, 107));
        // The last week that the server knew was kept, the two after it have passed without a sit.
        assert_eq!(tally(&known, &shown), Tally { kept: 150, missed: 5 });
        let far = weeks(&known, 3, &[], false, DateTime::<Utc>::MAX_UTC);
        assert_eq!(far.len(), 104);
    }
}
