//! What happens on the way.

use crate::device::moment;
use crate::world::{World, minutes, seconds, wait};
use zafu_backend::proxy::{Asked, Fate, Said};
use zafu_core::time::BootTime;
use zafu_sync::{Fault, Next, Trigger};

/// It happens to every second push.
fn every_second_push(asked: &Asked, fate: Fate) -> Fate {
    if asked.is("push_sessions") && asked.before.is_multiple_of(2) { fate } else { Fate::Pass }
}

/// It happens to every second question of any kind.
fn every_second(asked: &Asked, fate: Fate) -> Fate {
    if asked.before.is_multiple_of(2) { fate } else { Fate::Pass }
}

#[test]
fn fault_19_an_answer_is_lost_after_the_commit() {
    World::survives(|asked| every_second_push(asked, Fate::AnswerLost));
}

#[test]
fn fault_20_a_request_is_delivered_twice() {
    World::survives(|asked| every_second(asked, Fate::Twice));
}

/// Four pushes in a row are kept on their way and reach the server at the end, the last one first, when newer ones of
/// the same sits have long been there.
#[test]
fn fault_21_and_22_old_requests_arrive_after_newer_ones_and_in_another_order() {
    World::survives(|asked| {
        let late = asked.is("push_sessions") && asked.before % 5 < 3;
        if late { Fate::Late } else { Fate::Pass }
    });
}

#[test]
fn fault_23_an_answer_drips() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.sits(0, 4);
        world.proxy.obey(|asked| every_second_push(asked, Fate::Drip));
        world.sync_now(0, seconds(20)).await;
        // However slowly something comes, there is an end to waiting for it.
        let failure = world.devices[0].carrier.status().unwrap().last_failure.unwrap();
        assert_eq!(failure.fault, Fault::TimedOut);
        assert_eq!(world.pending(0), 4);
        world.live().await;
        world.heal().await;
    });
}

#[test]
fn fault_24_an_answer_is_cut_off() {
    World::survives(|asked| {
        // As HTTP, or only as JSON.
        let fate = match asked.before % 6 {
            0 => Fate::CutOff(0),
            2 => Fate::CutOff(40),
            _ => Fate::Shortened(1),
        };
        every_second(asked, fate)
    });
}

#[test]
fn fault_25_a_captive_portal_answers() {
    World::survives(|asked| {
        let portal = Said::page(302).with("location: http://portal.example/");
        let said = if asked.before % 4 == 0 { Said::page(200) } else { portal };
        every_second(asked, Fate::Instead(said))
    });
}

#[test]
fn fault_26_nobody_is_trusted_who_cannot_show_who_they_are() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.sits(0, 4);
        let encrypted = world.proxy.url().replace("http:", "https:");
        world.devices[0].remote = world.signed_in_at(&encrypted, world.tokens());
        world.sync_now(0, minutes(30)).await;
        let status = world.devices[0].carrier.status().unwrap();
        assert_eq!(status.last_failure.unwrap().fault, Fault::Unreachable);
        assert!(world.devices[0].calls < 40, "{} calls in half an hour", world.devices[0].calls);
        assert_eq!(world.pending(0), 4);
        world.devices[0].remote = world.signed_in(world.tokens());
        world.heal().await;
    });
}

#[test]
fn fault_27_a_proxy_wants_a_name_and_a_password() {
    World::survives(|asked| {
        let said = Said::page(407).with("proxy-authenticate: Basic realm=\"office\"");
        every_second(asked, Fate::Instead(said))
    });
}

#[test]
fn fault_28_a_network_comes_and_goes() {
    World::survives(|asked| every_second(asked, Fate::Lost));
}

#[test]
fn fault_29_only_one_direction_works() {
    World::survives(|asked| {
        let fate = if asked.before % 4 == 0 { Fate::Swallowed } else { Fate::Unanswered };
        every_second_push(asked, fate)
    });
}

#[test]
fn fault_30_a_connection_is_dead_after_a_sleep() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.sits(0, 3);
        world.sync_now(0, minutes(1)).await;
        assert_eq!(world.pending(0), 0);
        // Once nobody says so, once it is said.
        for deaf in [true, false] {
            world.sits(0, 3);
            if deaf {
                world.proxy.deafen();
            } else {
                world.proxy.cut();
            }
            world.now += minutes(90);
            world.devices[0].carrier.trigger(Trigger::Woke, BootTime(world.now));
            let before = world.devices[0].calls;
            world.sync(0, minutes(3)).await;
            assert_eq!(world.pending(0), 0, "another connection was to be had");
            assert!(world.devices[0].calls - before < 12);
        }
        world.heal().await;
    });
}

#[test]
fn fault_40_fewer_verdicts_come_than_sits_were_sent() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.sits(0, 6);
        let fewer = |count: usize| {
            Fate::Changed(Box::new(move |answer| {
                answer["outcomes"].as_array_mut().unwrap().truncate(count);
            }))
        };
        world.proxy.obey(move |asked| match asked.is("push_sessions") {
            true => fewer(if asked.before == 0 { 2 } else { 0 }),
            false => Fate::Pass,
        });
        // Before a reading shows that they are there.
        let report = world.sync_now(0, seconds(50)).await;
        assert_eq!((report.pushed, world.pending(0)), (2, 4), "what was not named goes on waiting");
        world.heal().await;
    });
    // Others than were sent acknowledge nothing either.
    World::survives(|asked| {
        let other = Fate::Changed(Box::new(|answer| {
            for verdict in answer["outcomes"].as_array_mut().unwrap() {
                verdict["id"] = uuid::Uuid::new_v4().to_string().into();
            }
        }));
        every_second_push(asked, other)
    });
}

/// A person changes a sit while it is on its way: whatever the answer says, it says it of what was sent.
#[test]
fn an_answer_counts_for_what_was_sent_and_not_for_what_is_there_now() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.sync_now(0, minutes(1)).await;
        world.sits(0, 4);
        let device = &mut world.devices[0];
        let Next::Ask(ticket) = device.carrier.next(moment(world.now, 0)).unwrap() else {
            panic!("there is something to send")
        };
        let answered = ticket.ask(&device.remote).await;
        let id = device.ids()[0];
        device.edit(id, "while it was on its way");
        device.carrier.done(answered, moment(world.now, 0)).unwrap();
        assert_eq!(world.pending(0), 1);
        world.heal().await;
    });
}
