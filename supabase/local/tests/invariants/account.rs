//! What happens to the account and its session. The auth server is the real one.

use crate::device::moment;
use crate::world::{World, minutes, seconds, wait};
use serde_json::json;
use std::sync::Once;
use uuid::Uuid;
use zafu_backend::proxy::{Fate, Said};
use zafu_core::ids::UserId;
use zafu_core::time::BootTime;
use zafu_sync::supabase::{SignedUp, Tokens};
use zafu_sync::{Hold, Next, Trigger};

const PASSWORD: &str = "a bowl of sand 7";

/// A world whose account the auth server knows: both devices have tokens of their own. Also the address to sign in.
async fn signed_up() -> Option<(World, String)> {
    static AUTH: Once = Once::new();
    let mut world = World::new()?;
    AUTH.call_once(|| world.backend.start_auth().unwrap());
    let http = world.http(&world.proxy.url());
    let email = format!("{}@example.org", Uuid::new_v4().simple());
    let SignedUp::In(made) = http.sign_up(&email, PASSWORD).await.unwrap() else {
        panic!("the local backend asks for no confirmation")
    };
    world.pair(made.user);
    for place in 0..2 {
        let tokens = http.sign_in(&email, PASSWORD).await.unwrap().tokens;
        world.devices[place] =
            crate::device::Device::new(world.now + seconds(9), made.user, world.signed_in(tokens));
    }
    Some((world, email))
}

/// As after an hour: the token for requests has run out.
fn outdate(world: &mut World, place: usize, refresh: &str) {
    let claims = json!({ "sub": world.account, "role": "authenticated", "exp": 1 });
    let tokens = Tokens { access: world.backend.token_with(&claims), refresh: refresh.into() };
    world.devices[place].remote = world.signed_in(tokens);
}

#[test]
fn fault_42_a_token_runs_out_in_mid_batch() {
    wait(async {
        let Some((mut world, _)) = signed_up().await else { return };
        world.sits(0, 150);
        // The second of two batches is not taken.
        world.proxy.obey(|asked| match asked.is("push_sessions") && asked.before == 1 {
            true => Fate::Instead(Said::code(401, "PGRST301")),
            false => Fate::Pass,
        });
        let report = world.sync_now(0, minutes(1)).await;
        assert_eq!((report.pushed, world.pending(0)), (150, 0));
        assert_eq!(world.proxy.count_of("refresh_token"), 1, "once is enough");
        assert_eq!(world.proxy.count_of("push_sessions"), 3);
        world.heal().await;
    });
}

#[test]
fn fault_43_a_session_cannot_be_renewed() {
    wait(async {
        let Some((mut world, email)) = signed_up().await else { return };
        world.sits(0, 4);
        outdate(&mut world, 0, &Uuid::new_v4().to_string());
        world.proxy.clear();
        world.sync_now(0, minutes(600)).await;
        assert_eq!(world.devices[0].carrier.status().unwrap().hold, Some(Hold::SignIn));
        assert_eq!(world.pending(0), 4);
        assert!(world.proxy.count() < 5, "{} calls, and nobody is there", world.proxy.count());
        // The person signs in again, and all of it goes.
        let http = world.http(&world.proxy.url());
        let tokens = http.sign_in(&email, PASSWORD).await.unwrap().tokens;
        world.devices[0].remote = world.signed_in(tokens);
        world.devices[0].carrier.trigger(Trigger::SignedIn, BootTime(world.now));
        world.sync(0, minutes(1)).await;
        assert_eq!(world.pending(0), 0);
        world.heal().await;
    });
}

#[test]
fn fault_43_another_process_renews_the_session_at_the_same_time() {
    wait(async {
        let Some((mut world, email)) = signed_up().await else { return };
        world.sits(0, 4);
        let http = world.http(&world.proxy.url());
        let refresh = http.sign_in(&email, PASSWORD).await.unwrap().tokens.refresh;
        outdate(&mut world, 0, &refresh);
        world.proxy.obey(|asked| match asked.is("token") && asked.before < 2 {
            true => Fate::Instead(Said::code(409, "conflict")),
            false => Fate::Pass,
        });
        world.sync_now(0, minutes(10)).await;
        assert_eq!((world.proxy.count_of("refresh_token"), world.pending(0)), (3, 0));
        world.heal().await;
    });
}

#[test]
fn fault_44_another_account_signs_in_with_a_request_in_flight() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.sync_now(0, minutes(1)).await;
        world.sits(0, 4);
        let mine = world.account;
        let other = UserId(world.backend.new_user().unwrap().id);
        for answered_by_the_other in [false, true] {
            let device = &mut world.devices[0];
            device.edit(device.ids()[0], &format!("{answered_by_the_other}"));
            device.carrier.trigger(Trigger::Asked, BootTime(world.now));
            let ticket = loop {
                match device.carrier.next(moment(world.now, 0)).unwrap() {
                    Next::Ask(ticket) if ticket.account() == mine => break ticket,
                    Next::Ask(_) => panic!("nobody else is signed in"),
                    Next::Wait(_) => world.now += seconds(1),
                }
            };
            device.store.sign_in(other, "https://example.org", "key", "other@example.org").unwrap();
            let theirs = |account, world: &mut World| {
                world.account = account;
                world.signed_in(world.tokens())
            };
            let others = theirs(other, &mut world);
            let device = &mut world.devices[0];
            let remote = if answered_by_the_other { &others } else { &device.remote };
            let answered = ticket.ask(remote).await;
            device.carrier.done(answered, moment(world.now, 0)).unwrap();
            // The other account syncs, and has nothing.
            let own = std::mem::replace(&mut world.devices[0].remote, others);
            world.sync_now(0, minutes(5)).await;
            assert!(world.there().is_empty(), "a sit is under an account that it was not given to");
            world.account = mine;
            let device = &mut world.devices[0];
            device.remote = own;
            device.store.sign_in(mine, "https://example.org", "key", "me@example.org").unwrap();
        }
        world.heal().await;
    });
}

#[test]
fn real_life_04_a_good_token_that_is_refused_for_a_while_needs_nobody() {
    wait(async {
        let Some((mut world, _)) = signed_up().await else { return };
        world.sits(0, 4);
        // PostgREST's clock is behind that of the auth server: "JWT issued at future".
        world.proxy.obey(|asked| {
            match asked.path.starts_with("/rest/") && !asked.is("zafu_health") {
                true => Fate::Instead(Said::code(401, "PGRST303")),
                false => Fate::Pass,
            }
        });
        world.sync_now(0, minutes(120)).await;
        let status = world.devices[0].carrier.status().unwrap();
        assert_eq!((status.hold, world.pending(0)), (None, 4), "nobody is asked to sign in again");
        assert!(status.last_failure.is_some(), "it is said");
        let (renewed, asked) = (world.proxy.count_of("refresh_token"), world.proxy.count());
        assert!((1..=12).contains(&renewed), "{renewed} new tokens in two hours");
        assert!(asked < 150, "{asked} requests in two hours");
        world.proxy.obey(|_| Fate::Pass);
        // Nobody does anything here either.
        world.sync(0, minutes(10)).await;
        assert_eq!(world.pending(0), 0);
        world.heal().await;
    });
}

#[test]
fn real_life_04_a_key_that_is_not_accepted_is_named_and_tried_again() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.sits(0, 2);
        let tokens = world.tokens();
        world.devices[0].remote = world.signed_in_with_key("sb_publishable_old", tokens.clone());
        world.sync_now(0, minutes(120)).await;
        let status = world.devices[0].carrier.status().unwrap();
        assert_eq!((status.hold, world.pending(0)), (Some(Hold::Key), 2));
        assert!(world.proxy.count() < 20, "{} requests in two hours", world.proxy.count());
        // The project takes it again, and nobody does anything here.
        world.devices[0].remote = world.signed_in(tokens);
        world.sync(0, minutes(70)).await;
        assert_eq!((world.devices[0].carrier.status().unwrap().hold, world.pending(0)), (None, 0));
    });
}
