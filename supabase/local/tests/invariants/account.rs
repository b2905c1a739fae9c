//! Faults of the account and its tokens, with the real auth server.

use crate::device::moment;
use crate::world::{World, minutes, seconds, wait};
use serde_json::json;
use std::sync::Once;
use uuid::Uuid;
use zafu_backend::proxy::{Action, Response};
use zafu_core::ids::UserId;
use zafu_sync::supabase::{SignedUp, Tokens};
use zafu_sync::{Event, Hold, Wakeup};

const PASSWORD: &str = "a bowl of sand 7";

/// Returns a world whose account exists on the auth server, with separate tokens for each device, and its address.
async fn signed_up() -> Option<(World, String)> {
    static AUTH: Once = Once::new();
    let mut world = World::new()?;
    AUTH.call_once(|| world.backend.start_auth().unwrap());
    let http = world.http(&world.proxy.url());
    let email = format!("{}@example.org", Uuid::new_v4().simple());
    let SignedUp::In(made) = http.sign_up(&email, PASSWORD).await.unwrap() else {
        panic!("the local backend asks for no confirmation")
    };
    world.use_account(made.user);
    for index in 0..2 {
        let tokens = http.sign_in(&email, PASSWORD).await.unwrap().tokens;
        world.devices[index] =
            crate::device::Device::new(world.now + seconds(9), made.user, world.signed_in(tokens));
    }
    Some((world, email))
}

/// Gives a device an expired access token.
fn outdate(world: &mut World, index: usize, refresh: &str) {
    let claims = json!({ "sub": world.account, "role": "authenticated", "exp": 1 });
    let tokens = Tokens { access: world.backend.token_with(&claims), refresh: refresh.into() };
    world.devices[index].remote = world.signed_in(tokens);
}

#[test]
fn fault_42_a_token_expires_between_two_pushes() {
    wait(async {
        let Some((mut world, _)) = signed_up().await else { return };
        world.record_sits(0, 150);
        // The token expires before the second of two batches.
        world.proxy.set_script(|request| {
            match request.calls("push_sessions") && request.index == 1 {
                true => Action::Respond(Response::error(401, "PGRST301")),
                false => Action::Forward,
            }
        });
        let report = world.sync_now(0, minutes(1)).await;
        assert_eq!((report.pushed, world.pending(0)), (150, 0));
        assert_eq!(world.proxy.request_count_of("refresh_token"), 1, "one refresh");
        assert_eq!(world.proxy.request_count_of("push_sessions"), 3);
        world.recover().await;
    });
}

#[test]
fn fault_43_the_refresh_token_is_rejected() {
    wait(async {
        let Some((mut world, email)) = signed_up().await else { return };
        world.record_sits(0, 4);
        outdate(&mut world, 0, &Uuid::new_v4().to_string());
        world.proxy.clear_script();
        world.sync_now(0, minutes(600)).await;
        assert_eq!(world.devices[0].engine.status().unwrap().hold, Some(Hold::SignIn));
        assert_eq!(world.pending(0), 4);
        assert!(
            world.proxy.request_count() < 5,
            "{} calls while signed out",
            world.proxy.request_count()
        );
        // The user signs in again, and everything is sent.
        let http = world.http(&world.proxy.url());
        let tokens = http.sign_in(&email, PASSWORD).await.unwrap().tokens;
        world.devices[0].remote = world.signed_in(tokens);
        world.devices[0].engine.wake(Wakeup::SignIn, moment(world.now, 0));
        world.sync(0, minutes(1)).await;
        assert_eq!(world.pending(0), 0);
        world.recover().await;
    });
}

#[test]
fn fault_43_another_process_refreshes_the_token_at_the_same_time() {
    wait(async {
        let Some((mut world, email)) = signed_up().await else { return };
        world.record_sits(0, 4);
        let http = world.http(&world.proxy.url());
        let refresh = http.sign_in(&email, PASSWORD).await.unwrap().tokens.refresh;
        outdate(&mut world, 0, &refresh);
        world.proxy.set_script(|request| match request.calls("token") && request.index < 2 {
            true => Action::Respond(Response::error(409, "conflict")),
            false => Action::Forward,
        });
        world.sync_now(0, minutes(10)).await;
        assert_eq!((world.proxy.request_count_of("refresh_token"), world.pending(0)), (3, 0));
        world.recover().await;
    });
}

#[test]
fn fault_44_another_account_signs_in_with_a_request_in_flight() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.sync_now(0, minutes(1)).await;
        world.record_sits(0, 4);
        let mine = world.account;
        let other = UserId(world.backend.new_user().unwrap().id);
        for sent_by_the_other in [false, true] {
            // The server was checked and pulled from, so that the next request is a push.
            world.sync_now(0, minutes(1)).await;
            let device = &mut world.devices[0];
            device.edit(device.ids()[0], &format!("{sent_by_the_other}"));
            device.engine.wake(Wakeup::LocalChange, moment(world.now, 0));
            let theirs = |account, world: &mut World| {
                world.account = account;
                world.signed_in(world.tokens())
            };
            let others = theirs(other, &mut world);
            let device = &mut world.devices[0];
            let remote = if sent_by_the_other { &others } else { &device.remote };
            // The push is in flight, or has failed at once, for want of a token of its account.
            let completed = tokio::select! {
                biased;
                event = device.engine.next_event(remote, moment(world.now, 0)) => match event {
                    Ok(Event::Response(completed)) => Some(completed),
                    other => panic!("no push is due: {other:?}"),
                },
                () = std::future::ready(()) => None,
            };
            assert_eq!(completed.is_some(), sent_by_the_other);
            device.store.sign_in(other, "https://example.org", "key", "other@example.org").unwrap();
            let completed = match completed {
                Some(completed) => completed,
                None => device.engine.next_response().await,
            };
            device.engine.apply(completed, moment(world.now, 0)).unwrap();
            // The other account syncs, and has no sessions.
            let own = std::mem::replace(&mut world.devices[0].remote, others);
            world.sync_now(0, minutes(5)).await;
            assert!(
                world.sessions_on_server().is_empty(),
                "a session was sent for another account"
            );
            world.account = mine;
            let device = &mut world.devices[0];
            device.remote = own;
            device.store.sign_in(mine, "https://example.org", "key", "me@example.org").unwrap();
        }
        world.recover().await;
    });
}

#[test]
fn real_life_04_a_valid_token_that_is_rejected_for_a_while_needs_no_action() {
    wait(async {
        let Some((mut world, _)) = signed_up().await else { return };
        world.record_sits(0, 4);
        // PostgREST's clock is behind that of the auth server: "JWT issued at future".
        world.proxy.set_script(|request| {
            match request.path.starts_with("/rest/") && !request.calls("zafu_health") {
                true => Action::Respond(Response::error(401, "PGRST303")),
                false => Action::Forward,
            }
        });
        world.sync_now(0, minutes(120)).await;
        let status = world.devices[0].engine.status().unwrap();
        assert_eq!((status.hold, world.pending(0)), (None, 4), "no new sign-in is needed");
        assert!(status.last_failure.is_some(), "the status reports it");
        let (renewed, requests) =
            (world.proxy.request_count_of("refresh_token"), world.proxy.request_count());
        assert!((1..=12).contains(&renewed), "{renewed} new tokens in two hours");
        assert!(requests < 150, "{requests} requests in two hours");
        world.proxy.set_script(|_| Action::Forward);
        // Without any action of the user.
        world.sync(0, minutes(10)).await;
        assert_eq!(world.pending(0), 0);
        world.recover().await;
    });
}

#[test]
fn real_life_04_a_rejected_key_is_reported_and_retried() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.record_sits(0, 2);
        let tokens = world.tokens();
        world.devices[0].remote = world.signed_in_with_key("sb_publishable_old", tokens.clone());
        world.sync_now(0, minutes(120)).await;
        let status = world.devices[0].engine.status().unwrap();
        assert_eq!((status.hold, world.pending(0)), (Some(Hold::KeyRejected), 2));
        assert!(
            world.proxy.request_count() < 20,
            "{} requests in two hours",
            world.proxy.request_count()
        );
        // The project accepts the key again, without any action of the user.
        world.devices[0].remote = world.signed_in(tokens);
        world.sync(0, minutes(70)).await;
        assert_eq!((world.devices[0].engine.status().unwrap().hold, world.pending(0)), (None, 0));
    });
}
