//! Faults of the server.

use crate::session::Session;
use crate::world::{World, minutes, seconds, wait};
use zafu_backend::proxy::{Action, Request, Response};
use zafu_backend::{Backend, Stop};
use zafu_core::label::{Colour, Shape};
use zafu_sync::{ErrorClass, Fault, Hold, Remote};

fn every_second(request: &Request, response: Response) -> Action {
    if request.index.is_multiple_of(2) { Action::Respond(response) } else { Action::Forward }
}

#[test]
fn fault_31_too_many_requests_without_retry_after() {
    World::survives(|request| {
        every_second(request, Response::error(429, "over_request_rate_limit"))
    });
}

#[test]
fn fault_31_too_many_requests_with_retry_after() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.record_sits(0, 4);
        world.proxy.set_script(|request| match request.index {
            0 => Action::Respond(Response::status(429).with_header("retry-after: 240")),
            _ => Action::Forward,
        });
        // Neither time nor the user makes it retry sooner.
        world.sync_now(0, seconds(120)).await;
        world.sync_now(0, seconds(110)).await;
        assert_eq!((world.proxy.request_count(), world.pending(0)), (1, 4));
        world.use_devices().await;
        world.recover().await;
    });
}

#[test]
fn fault_32_a_gateway_cannot_reach_its_server() {
    World::survives(|request| {
        let status = [502, 504, 503, 521][request.index % 4];
        if request.index % 6 < 5 {
            Action::Respond(Response::html(status))
        } else {
            Action::Forward
        }
    });
}

#[test]
fn fault_32_a_gateway_loses_its_server_after_the_commit() {
    World::survives(|request| {
        match request.calls("push_sessions") && request.index.is_multiple_of(2) {
            true => Action::ForwardThenRespond(Response::html(502)),
            false => Action::Forward,
        }
    });
}

/// A fault that the owner of the server must repair: nothing is lost, the status reports it, and retries are rare.
async fn waits_until_it_is_repaired(
    world: &mut World,
    break_it: impl FnOnce(&World),
    repair_it: impl FnOnce(&World),
) {
    world.record_sits(0, 3);
    world.sync_now(0, minutes(1)).await;
    world.record_sits(0, 3);
    break_it(world);
    let before = world.devices[0].calls;
    world.sync_now(0, minutes(240)).await;
    let status = world.devices[0].engine.status().unwrap();
    assert!(matches!(status.hold, Some(Hold::Misconfigured(_) | Hold::Unhealthy(_))), "{status:?}");
    assert_eq!(world.pending(0), 3);
    let calls = world.devices[0].calls - before;
    assert!((3..40).contains(&calls), "{calls} calls in four hours");
    repair_it(world);
    // It is retried without any action of the user.
    world.sync(0, minutes(70)).await;
    assert_eq!(world.pending(0), 0);
    assert_eq!(world.devices[0].engine.status().unwrap().hold, None);
    world.recover().await;
}

#[test]
fn fault_33_a_project_is_paused_or_restricted() {
    for status in [402, 540] {
        let Some(mut world) = World::new() else { return };
        wait(waits_until_it_is_repaired(
            &mut world,
            |world| world.proxy.set_script(move |_| Action::Respond(Response::status(status))),
            |world| world.proxy.clear_script(),
        ));
    }
}

/// Runs `what` while a push waits for a lock that is held until then.
fn during_a_push(world: &World, what: impl FnOnce(&Backend, Session) + Send + 'static) -> Action {
    let (backend, account) = (world.backend.clone(), world.account);
    let mut holder = Session::open(&backend);
    holder.begin_as(account.0);
    holder.run("select zafu.lock_own_sessions()");
    Action::RunDuring(Box::new(move || {
        let waiting = "select count(*) from pg_stat_activity
                       where wait_event_type = 'Lock' and query like '%push_sessions%'";
        while backend.sql(waiting).unwrap() == "0" {}
        what(&backend, holder);
    }))
}

fn on_first_push(world: &World, action: Action) {
    let mut action = Some(action);
    world.proxy.set_script(move |request| match request.calls("push_sessions") {
        true => action.take().unwrap_or(Action::Forward),
        false => Action::Forward,
    });
}

#[test]
fn fault_34_postgresql_or_postgrest_stops_during_a_backlog() {
    let Some(mut world) = World::with_separate_server() else { return };
    wait(async {
        for round in 0..4 {
            world.record_sits(0, 4);
            world.record_sits(1, 2);
            let action = match round {
                0 | 1 => {
                    let how = [Stop::Crash, Stop::Fast][round];
                    during_a_push(&world, move |backend, _| {
                        backend.stop_postgres(how).unwrap();
                        backend.start_postgres().unwrap();
                    })
                }
                2 => during_a_push(&world, |backend, holder| {
                    backend.stop_postgrest();
                    drop(holder);
                    backend.start_postgrest().unwrap();
                }),
                // The push commits, then the server crashes.
                _ => Action::DropResponse,
            };
            on_first_push(&world, action);
            world.sync_now(0, minutes(1)).await;
            if round == 3 {
                world.backend.stop_postgres(Stop::Crash).unwrap();
                world.sync_now(1, seconds(30)).await;
                world.backend.start_postgres().unwrap();
            }
            world.sync_now(0, minutes(20)).await;
            assert_eq!(world.pending(0), 0, "after round {round}");
        }
        world.use_devices().await;
        world.recover().await;
    });
}

/// Makes an insert into sessions fail with `code` if `condition` holds of its `new_rows`.
fn fail_inserts(world: &World, condition: &str, code: &str) {
    world
        .backend
        .sql(&format!(
            "create schema fault;
         create function fault.fails() returns trigger language plpgsql security definer as $$
         begin
           if {condition} then
             raise exception 'an error of another schema' using errcode = '{code}';
           end if;
           return null;
         end $$;
         create trigger fails after insert on sessions referencing new table as new_rows
           for each statement execute function fault.fails()"
        ))
        .unwrap();
}

fn stop_failing(world: &World) {
    world.backend.sql("drop schema fault cascade").unwrap();
}

#[test]
fn fault_35_a_lock_is_held_for_too_long() {
    let Some(mut world) = World::with_separate_server() else { return };
    wait(async {
        // Otherwise the push would wait for four seconds.
        let short = "alter function zafu.lock_users(uuid[]) set lock_timeout = '20ms'";
        world.backend.sql(short).unwrap();
        world.record_sits(0, 4);
        let mut holder = Session::open(&world.backend);
        holder.begin_as(world.account.0);
        holder.run("select zafu.lock_own_sessions()");
        world.sync_now(0, minutes(10)).await;
        let failure = world.devices[0].engine.status().unwrap().last_failure.unwrap();
        assert_eq!(failure.fault, Fault::Status { status: 500, code: Some("55P03".into()) });
        assert_eq!(world.pending(0), 4);
        holder.run("rollback");
        world.recover().await;
    });
}

fn rename(world: &World, from: &str, to: &str) {
    world.backend.sql(&format!("alter function public.{from}(json) rename to {to}")).unwrap();
}

fn restart_postgrest(world: &World) {
    world.backend.stop_postgrest();
    world.backend.start_postgrest().unwrap();
}

#[test]
fn fault_37_a_function_is_missing_and_the_schema_cache_is_stale() {
    let Some(mut world) = World::with_separate_server() else { return };
    wait(waits_until_it_is_repaired(
        &mut world,
        |world| rename(world, "push_sessions", "pushed_once"),
        |world| rename(world, "pushed_once", "push_sessions"),
    ));
}

#[test]
fn fault_37_a_function_is_missing_and_the_schema_cache_is_current() {
    let Some(mut world) = World::with_separate_server() else { return };
    wait(waits_until_it_is_repaired(
        &mut world,
        |world| {
            rename(world, "push_sessions", "pushed_once");
            restart_postgrest(world);
        },
        |world| {
            rename(world, "pushed_once", "push_sessions");
            restart_postgrest(world);
        },
    ));
}

#[test]
fn fault_38_a_grant_is_revoked_and_granted_again() {
    let Some(mut world) = World::with_separate_server() else { return };
    let change = |what: &'static str| move |world: &World| drop(world.backend.sql(what).unwrap());
    wait(waits_until_it_is_repaired(
        &mut world,
        change("revoke execute on function public.push_sessions(json) from authenticated"),
        change("grant execute on function public.push_sessions(json) to authenticated"),
    ));
}

#[test]
fn fault_39_a_restored_database_is_handled_even_if_another_device_pushes_first() {
    for other_first in [false, true] {
        let Some(mut world) = World::with_separate_server() else { return };
        wait(async {
            world.use_devices().await;
            world.sync_now(0, minutes(5)).await;
            world.sync_now(1, minutes(5)).await;
            let folder = tempfile::tempdir().unwrap();
            let dump = folder.path().join("dump");
            world.backend.dump(&dump).unwrap();
            world.record_sits(0, 3);
            world.sync_now(0, minutes(5)).await;
            assert_eq!(world.pending(0), 0);
            world.backend.restore(&dump).unwrap();
            if other_first {
                // Until the head is again above the cursor of the first device.
                world.record_sits(1, 6);
                world.sync_now(1, minutes(5)).await;
            }
            world.recover().await;
        });
    }
}

/// A project whose owner has not applied the newer migrations yet.
#[test]
fn an_older_project_syncs_sessions_and_its_upgrade_brings_the_labels() {
    let is_old = |name: &str| name < "20261126";
    let Some(mut world) = World::with_migrations(is_old) else { return };
    wait(async {
        world.use_devices().await;
        for index in [0, 1, 0] {
            let created = format!("label {index}");
            world.devices[index].store.create_label(&created, Colour::Red, Shape::Star).ok();
            world.record_sits(index, 2);
            world.sync_now(index, minutes(10)).await;
            let status = world.devices[index].engine.status().unwrap();
            assert_eq!((status.hold, status.last_failure), (None, None));
            assert_eq!(world.pending(index), 0);
        }
        let before = world.sessions_on_server();
        assert!(before.len() > 4, "few sits were pushed");
        world.backend.migrate_only(|name| !is_old(name)).unwrap();
        restart_postgrest(&world);
        world.recover().await;
        let labels = world.backend.sql("select count(*) from labels where name like 'label _'");
        assert_eq!(labels.unwrap(), "2");
        let after = world.sessions_on_server();
        assert!(before.keys().all(|id| after.contains_key(id)));
    });
}

#[test]
fn fault_41_one_invalid_sit_does_not_block_the_outbox() {
    let Some(mut world) = World::with_separate_server() else { return };
    wait(async {
        // One session fails every call that contains it, one has the outcome `rejected`.
        fail_inserts(&world, "exists (select from new_rows where note = 'poison')", "22P02");
        world.record_sits(0, 200);
        let ids = world.devices[0].ids();
        world.devices[0].edit(ids[77], "poison");
        world.devices[0].edit(ids[78], &"x".repeat(131_073));
        let report = world.sync_now(0, minutes(20)).await;
        assert_eq!((report.pushed, report.rejected, world.pending(0)), (198, 2, 0));
        let store = world.devices[0].store.clone();
        let dead_letters = store.dead_letters(world.account, 9).unwrap();
        let mut dead_letters: Vec<_> =
            dead_letters.into_iter().map(|it| (it.session.id, it.code)).collect();
        dead_letters.sort();
        let mut expected =
            [(ids[77], "22P02"), (ids[78], "bad_note")].map(|(id, code)| (id, code.to_owned()));
        expected.sort();
        assert_eq!(dead_letters, expected, "dead letters keep the session and the reason");
        // After the causes are fixed, both are sent.
        stop_failing(&world);
        world.devices[0].edit(ids[78], "shorter");
        store.retry_dead_letters(world.account).unwrap();
        world.recover().await;
    });
}

/// Unknown errors discard nothing.
#[test]
fn a_response_of_an_unknown_kind_backs_off() {
    for response in
        [Response::error(418, "XX000"), Response::status(500), Response::error(400, "PT400")]
    {
        let Some(world) = World::new() else { return };
        wait(world.survive(move |request| every_second(request, response.clone())));
    }
}

#[test]
fn fault_45_an_account_is_deleted_while_its_tokens_are_valid() {
    let Some(mut world) = World::new() else { return };
    wait(async {
        world.record_sits(0, 3);
        world.sync_now(0, minutes(1)).await;
        world.backend.delete_user(world.account.0).unwrap();
        world.record_sits(0, 3);
        world.proxy.clear_script();
        world.sync_now(0, minutes(600)).await;
        assert_eq!(world.devices[0].engine.status().unwrap().hold, Some(Hold::AccountDeleted));
        // A health check and the response that the account is gone, repeated with backoff.
        assert_eq!(world.pending(0), 3, "nothing is lost");
        assert!(
            world.proxy.request_count() < 40,
            "{} requests in ten hours",
            world.proxy.request_count()
        );
        assert_eq!(world.devices[0].ids().len(), 6);
    });
}

/// With the HTTP statuses that PostgREST gives them.
#[test]
fn codes_of_the_real_server_have_their_classes() {
    let Some(mut world) = World::with_separate_server() else { return };
    wait(async {
        for (code, expected) in [
            // Not 40001: PostgREST 12 retries it for ever and never responds.
            ("53100", ErrorClass::Transient),
            ("57014", ErrorClass::TooSlow),
            ("P0001", ErrorClass::Configuration),
            ("23503", ErrorClass::Account),
        ] {
            fail_inserts(&world, "true", code);
            world.record_sits(0, 1);
            let session = world.devices[0].seen.values().last().unwrap().clone();
            let row = zafu_store::Outgoing { session, generation: 0 };
            let result = world.devices[0].remote.push(world.account, &[row], None).await;
            assert_eq!(result.unwrap_err().class(), expected, "{code}");
            stop_failing(&world);
        }
        world.recover().await;
    });
}

#[test]
fn real_life_14_a_disabled_trigger_of_the_server_makes_no_dead_letter() {
    let Some(mut world) = World::with_separate_server() else { return };
    wait(async {
        let toggle = |word: &'static str| {
            move |world: &World| {
                let table = "alter table public.sessions";
                world.backend.sql(&format!("{table} {word} trigger derive_columns")).unwrap();
                world.backend.sql(&format!("{table} {word} trigger lock_writer")).unwrap();
            }
        };
        waits_until_it_is_repaired(&mut world, toggle("disable"), toggle("enable")).await;
        let backlog = world.devices[0].store.backlog(world.account).unwrap();
        assert_eq!(backlog.rejected, 0, "no session is a dead letter");
    });
}

#[test]
fn real_life_06_a_row_of_a_later_version_does_not_block_others() {
    let Some(mut world) = World::with_separate_server() else { return };
    wait(async {
        world.record_sits(0, 2);
        world.sync_now(0, minutes(1)).await;
        world
            .backend
            .sql(&format!(
                "alter table public.sessions drop constraint sessions_source_check;
                 insert into public.sessions (id, userid, startedat, sitlength, satlength, iscompleted,
                   completedat, endedat, utcoffset, deviceid, source, detailsdevice, deletiondevice)
                 values (gen_random_uuid(), '{}', '2026-02-20 10:00Z', 600, 600, true, '2026-02-20 10:10Z',
                   '2026-02-20 10:10Z', 0, gen_random_uuid(), 'watch', gen_random_uuid(), gen_random_uuid())",
                world.account
            ))
            .unwrap();
        // The health check of a later version knows its own constraints.
        world.proxy.set_script(|request| match request.calls("zafu_health") {
            true => Action::EditResponse(Box::new(|response| {
                for findings in ["surplus", "missing"] {
                    response[findings] = serde_json::json!([]);
                }
            })),
            false => Action::Forward,
        });
        for index in 0..2 {
            world.record_sits(index, 2);
            world.sync_now(index, minutes(20)).await;
            let backlog = world.devices[index].store.backlog(world.account).unwrap();
            assert_eq!((backlog.pending, backlog.rejected, backlog.unreadable), (0, 0, 1));
            let status = world.devices[index].engine.status().unwrap();
            assert_eq!((status.hold, status.last_failure), (None, None));
        }
        world.sync_now(0, minutes(20)).await;
        assert_eq!(world.devices[0].ids().len(), world.devices[1].ids().len());
        // The digests are equal although a row is unreadable, so nothing is pulled or pushed repeatedly.
        let before = world.devices[0].calls;
        world.sync(0, minutes(2 * 24 * 60)).await;
        let calls = world.devices[0].calls - before;
        assert!(calls < 2 * 24 * 6 + 20, "{calls} calls in two idle days");
        // Another version reads the row again. The simulated one still cannot.
        world.devices[0].engine =
            zafu_sync::SyncEngine::new(world.devices[0].store.clone(), 4, "0.2.0");
        world.sync_now(0, minutes(1)).await;
        assert_eq!(world.devices[0].store.backlog(world.account).unwrap().unreadable, 1);
        assert_eq!(world.devices[0].store.unreadable_by_other_versions("0.2.0").unwrap(), []);
    });
}
