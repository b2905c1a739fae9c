//! Errors that PostgreSQL raises by itself: a deadlock of two real transactions, a statement that a real timeout ends.

use crate::device::moment;
use crate::session::{Session, as_account};
use crate::world::{World, minutes, wait};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use zafu_backend::Backend;
use zafu_backend::proxy::Action;
use zafu_sync::{Fault, Wakeup};

/// Syncs until a call has failed, and not until its retry, whatever the jitter of the backoff. Returns the failure.
async fn first_failure(world: &mut World) -> Fault {
    world.devices[0].engine.wake(Wakeup::Request, moment(world.now, 0));
    for _ in 0..1000 {
        world.sync(0, Duration::from_millis(1)).await;
        if let Some(failure) = world.devices[0].engine.status().unwrap().last_failure {
            return failure.fault;
        }
    }
    panic!("no call has failed");
}

/// How often PostgreSQL has logged this error.
fn logged(backend: &Backend, error: &str) -> usize {
    let log = fs::read_to_string(backend.folder().join("postgres.log")).unwrap();
    log.lines().filter(|line| line.contains(error)).count()
}

/// Applies settings of roles, which hold for connections that are opened from now on.
fn configure(backend: &Backend, sql: &str) {
    backend.sql(sql).unwrap();
    backend.stop_postgrest();
    backend.start_postgrest().unwrap();
}

/// Waits until a transaction whose last statement contains this waits for a lock.
fn until_it_waits(backend: &Backend, statement: &str) {
    let waiting = format!(
        "select count(*) from pg_stat_activity
         where wait_event_type = 'Lock' and query like '%{statement}%' and pid <> pg_backend_pid()"
    );
    while backend.sql(&waiting).unwrap() == "0" {
        thread::yield_now();
    }
}

/// A push locks its account, the partnership, and then the rows of its sessions. The other transaction locks the row of a
/// session, and then the account. A third one keeps the push from reaching that row before the other transaction waits
/// for the account, so that always the push completes the cycle, detects the deadlock and is aborted.
#[test]
fn fault_35_postgresql_aborts_a_push_in_a_deadlock() {
    let Some(mut world) = World::with_separate_server() else { return };
    wait(async {
        configure(
            &world.backend,
            "alter role authenticator set deadlock_timeout = '10ms';
             alter role authenticator set lock_timeout = 0;
             alter role authenticator set statement_timeout = 0;
             alter role authenticated set statement_timeout = 0;
             alter function zafu.lock_users(uuid[]) set lock_timeout = 0",
        );
        world.record_sits(0, 4);
        world.sync_now(0, minutes(5)).await;
        assert_eq!(world.pending(0), 0);
        let device = &mut world.devices[0];
        let sit = device.ids()[0];
        device.edit(sit, "changed, so that the push has to update its row");
        world.record_sits(0, 2);

        let (backend, account) = (world.backend.clone(), world.account);
        let cycles = Arc::new(AtomicUsize::new(0));
        let completed = cycles.clone();
        world.proxy.set_script(move |request| {
            if !request.calls("push_sessions") || request.index > 0 {
                return Action::Forward;
            }
            let mut gate = Session::open(&backend);
            gate.run("begin");
            gate.run(&format!("select from partnerships where userid = '{account}' for update"));
            let mut other = Session::open(&backend);
            // It never checks for deadlocks itself.
            other.run("set deadlock_timeout = '1h'");
            other.run(&format!("begin; select from sessions where id = '{sit}' for update"));
            other.run(&as_account(account.0));
            let (backend, completed) = (backend.clone(), completed.clone());
            Action::RunDuring(Box::new(move || {
                until_it_waits(&backend, "push_sessions");
                let locks_head = thread::spawn(move || {
                    // Returns after the push was aborted, which holds the lock until then.
                    other.run("select zafu.lock_own_sessions()");
                    other.run("rollback");
                });
                until_it_waits(&backend, "lock_own_sessions");
                gate.run("rollback");
                locks_head.join().unwrap();
                completed.fetch_add(1, Ordering::Relaxed);
            }))
        });
        let failure = first_failure(&mut world).await;
        assert_eq!(cycles.load(Ordering::Relaxed), 1, "the other transaction was aborted instead");
        assert_eq!(logged(&world.backend, "deadlock detected"), 1);
        assert_eq!(failure, Fault::Status { status: 500, code: Some("40P01".into()) });
        assert_eq!(world.devices[0].engine.status().unwrap().hold, None);
        assert_eq!(world.pending(0), 3);
        // It is sent again, without any action of the user.
        world.sync(0, minutes(10)).await;
        assert_eq!(world.pending(0), 0);
        world.recover().await;
    });
}

/// A push of more than ten new sits takes far longer than the role may take for a statement.
#[test]
fn fault_36_postgresql_aborts_a_statement_that_takes_too_long() {
    let Some(mut world) = World::with_separate_server() else { return };
    wait(async {
        configure(
            &world.backend,
            "alter role authenticated set statement_timeout = '1s';
             create schema fault;
             create function fault.is_slow() returns trigger language plpgsql as $$
             begin
               if (select count(*) from new_rows) > 10 then
                 perform pg_sleep(3600);
               end if;
               return null;
             end $$;
             grant usage on schema fault to authenticated;
             create trigger is_slow after insert on sessions referencing new table as new_rows
               for each statement execute function fault.is_slow()",
        );
        world.record_sits(0, 60);
        world.proxy.clear_script();
        let expected = Fault::Status { status: 500, code: Some("57014".into()) };
        assert_eq!(first_failure(&mut world).await, expected);
        assert_eq!(world.pending(0), 60);
        // Half of it each time until it passes, and then not more again than passes.
        world.sync(0, minutes(30)).await;
        assert_eq!(world.pending(0), 0);
        let ended = logged(&world.backend, "canceling statement due to statement timeout");
        let pushes = world.proxy.request_count_of("push_sessions");
        assert!(ended >= 3, "{ended} statements were ended");
        assert!((9..30).contains(&pushes), "{pushes} pushes of 60 sits, at most 10 at once");
        world.backend.sql("drop schema fault cascade").unwrap();
        world.recover().await;
    });
}
