//! Faults of the network.

use crate::device::moment;
use crate::world::{World, minutes, seconds, wait};
use zafu_backend::proxy::{Action, Request, Response};
use zafu_sync::{Event, Fault, Wakeup};

/// Applies `action` to every second push.
fn every_second_push(request: &Request, action: Action) -> Action {
    if request.calls("push_sessions") && request.index.is_multiple_of(2) {
        action
    } else {
        Action::Forward
    }
}

/// Applies `action` to every second request to each path.
fn every_second(request: &Request, action: Action) -> Action {
    if request.index.is_multiple_of(2) { action } else { Action::Forward }
}

#[test]
fn fault_19_a_response_is_lost_after_the_commit() {
    World::survives(|request| every_second_push(request, Action::DropResponse));
}

#[test]
fn fault_20_a_request_is_delivered_twice() {
    World::survives(|request| every_second(request, Action::ForwardTwice));
}

/// Delayed pushes reach the server at the end, the last one first, long after newer pushes of the same sits.
#[test]
fn fault_21_and_22_requests_arrive_in_another_order() {
    World::survives(|request| {
        let late = request.calls("push_sessions") && request.index % 5 < 3;
        if late { Action::Delay } else { Action::Forward }
    });
}

#[test]
fn fault_23_a_response_arrives_slowly_in_small_pieces() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.record_sits(0, 4);
        world.proxy.set_script(|request| every_second_push(request, Action::Drip));
        world.sync_now(0, seconds(20)).await;
        // A response that arrives too slowly times out.
        let failure = world.devices[0].engine.status().unwrap().last_failure.unwrap();
        assert_eq!(failure.fault, Fault::TimedOut);
        assert_eq!(world.pending(0), 4);
        world.use_devices().await;
        world.recover().await;
    });
}

#[test]
fn fault_24_a_response_is_truncated() {
    World::survives(|request| {
        // An incomplete HTTP message, or a complete one with incomplete JSON.
        let action = match request.index % 6 {
            0 => Action::CutBody(0),
            2 => Action::CutBody(40),
            _ => Action::ShortenBody(1),
        };
        every_second(request, action)
    });
}

#[test]
fn fault_25_a_captive_portal_responds() {
    World::survives(|request| {
        let portal = Response::html(302).with_header("location: http://portal.example/");
        let response = if request.index % 4 == 0 { Response::html(200) } else { portal };
        every_second(request, Action::Respond(response))
    });
}

#[test]
fn fault_26_a_server_without_tls_is_not_trusted() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.record_sits(0, 4);
        let encrypted = world.proxy.url().replace("http:", "https:");
        world.devices[0].remote = world.signed_in_at(&encrypted, world.tokens());
        world.sync_now(0, minutes(30)).await;
        let status = world.devices[0].engine.status().unwrap();
        assert_eq!(status.last_failure.unwrap().fault, Fault::Unreachable);
        assert!(world.devices[0].calls < 40, "{} calls in half an hour", world.devices[0].calls);
        assert_eq!(world.pending(0), 4);
        world.devices[0].remote = world.signed_in(world.tokens());
        world.recover().await;
    });
}

#[test]
fn fault_27_a_proxy_requires_authentication() {
    World::survives(|request| {
        let response =
            Response::html(407).with_header("proxy-authenticate: Basic realm=\"office\"");
        every_second(request, Action::Respond(response))
    });
}

#[test]
fn fault_28_requests_are_dropped_at_times() {
    World::survives(|request| every_second(request, Action::DropRequest));
}

#[test]
fn fault_29_some_requests_or_their_responses_never_arrive() {
    World::survives(|request| {
        let action =
            if request.index % 4 == 0 { Action::HoldRequest } else { Action::HoldResponse };
        every_second_push(request, action)
    });
}

#[test]
fn fault_30_a_connection_is_dead_after_a_suspend() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.record_sits(0, 3);
        world.sync_now(0, minutes(1)).await;
        assert_eq!(world.pending(0), 0);
        // The dead connection stays open, or it is closed.
        for stays_open in [true, false] {
            world.record_sits(0, 3);
            if stays_open {
                world.proxy.stop_responding();
            } else {
                world.proxy.close_connections();
            }
            world.now += minutes(90);
            world.devices[0].engine.wake(Wakeup::Resume, moment(world.now, 0));
            let before = world.devices[0].calls;
            world.sync(0, minutes(3)).await;
            assert_eq!(world.pending(0), 0, "a new connection works");
            assert!(world.devices[0].calls - before < 12);
        }
        world.recover().await;
    });
}

#[test]
fn fault_40_a_push_returns_fewer_outcomes_than_rows() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.record_sits(0, 6);
        let fewer = |count: usize| {
            Action::EditResponse(Box::new(move |response| {
                response["outcomes"].as_array_mut().unwrap().truncate(count);
            }))
        };
        world.proxy.set_script(move |request| match request.calls("push_sessions") {
            true => fewer(if request.index == 0 { 2 } else { 0 }),
            false => Action::Forward,
        });
        // Before a pull shows that they are stored.
        let report = world.sync_now(0, seconds(50)).await;
        assert_eq!(
            (report.pushed, world.pending(0)),
            (2, 4),
            "rows without an outcome stay pending"
        );
        world.recover().await;
    });
    // Outcomes for ids that were not sent acknowledge nothing either.
    World::survives(|request| {
        let other = Action::EditResponse(Box::new(|response| {
            for outcome in response["outcomes"].as_array_mut().unwrap() {
                outcome["id"] = uuid::Uuid::new_v4().to_string().into();
            }
        }));
        every_second_push(request, other)
    });
}

/// The user edits a sit while its push is in flight: the response acknowledges only what was sent.
#[test]
fn a_response_counts_only_for_the_generation_that_was_sent() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.sync_now(0, minutes(1)).await;
        world.record_sits(0, 4);
        let now = moment(world.now, 0);
        let device = &mut world.devices[0];
        let Event::Response(completed) =
            device.engine.next_event(&device.remote, now).await.unwrap()
        else {
            panic!("no request is due")
        };
        let id = device.ids()[0];
        device.edit(id, "edited while in flight");
        device.engine.apply(completed, now).unwrap();
        assert_eq!(world.pending(0), 1);
        world.recover().await;
    });
}
