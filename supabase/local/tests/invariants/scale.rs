//! Wrong clocks, long absences and large backlogs.

use crate::device::START;
use crate::sits;
use crate::world::{World, minutes, seconds, wait};
use std::time::Duration;

/// Time until the second week of the partnership starts.
fn until_the_second_week() -> Duration {
    let second = sits::moment(crate::check::PARTNERSHIP_START) + chrono::TimeDelta::days(7);
    (second - sits::moment(START)).to_std().unwrap()
}

#[test]
fn fault_46_clocks_are_wrong_by_a_year_and_a_week_starts() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        const YEAR: i64 = 365 * 86_400;
        world.devices[0].skew = -YEAR;
        world.record_sits(0, 3);
        world.sync_now(0, minutes(5)).await;
        assert_eq!(world.stored_week_counts(), [].into(), "there was no partnership a year ago");
        world.devices[0].skew = YEAR;
        world.record_sits(0, 3);
        world.sync_now(0, minutes(5)).await;
        assert_eq!(world.pending(0), 0);
        // After the clock is corrected, earlier sits are still stored and new ones count.
        world.devices[0].skew = 0;
        world.record_sits(0, 3);
        world.sync_now(0, minutes(5)).await;
        // One sit starts in the last second of a week, one in the first moment of the next.
        world.now = until_the_second_week() - seconds(1);
        world.record_sits(1, 1);
        world.now = until_the_second_week();
        world.record_sits(1, 1);
        world.sync_now(1, minutes(5)).await;
        let counted = world.stored_week_counts();
        assert_eq!((counted[&1], counted[&2]), (4, 1), "{counted:?}");
        // Edits of a device whose clock is behind win by revision, not by time.
        world.sync_now(0, minutes(5)).await;
        world.devices[1].skew = -YEAR;
        let id = world.devices[1].ids()[0];
        world.devices[1].edit(id, "first");
        world.sync_now(1, minutes(5)).await;
        world.sync_now(0, minutes(15)).await;
        world.devices[0].edit(id, "second");
        world.sync_now(0, minutes(5)).await;
        assert_eq!(world.sessions_on_server()[&id].details.value.note, "second");
        world.recover().await;
    });
}

#[test]
fn fault_08_a_device_is_switched_off_for_weeks() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.use_devices().await;
        for _ in 0..3 {
            world.record_sits(0, 3);
            world.now += Duration::from_secs(9 * 86_400);
            world.use_devices().await;
        }
        world.recover().await;
    });
}

/// With 3,000 sits on each of two devices.
#[test]
fn fault_48_two_devices_have_a_backlog_at_the_same_time() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        const MANY: usize = 3000;
        for index in 0..2 {
            world.record_backlog(index, MANY);
            assert_eq!(world.pending(index) as usize, MANY);
        }
        world.proxy.clear_script();
        world.sync_both(minutes(10)).await;
        assert_eq!((world.pending(0), world.pending(1)), (0, 0));
        let pushes = world.proxy.request_count_of("push_sessions");
        assert!(pushes < 30, "{pushes} pushes of 6,000 sits");
        world.recover().await;
        assert_eq!(world.sessions_on_server().len(), 2 * MANY);
    });
}
