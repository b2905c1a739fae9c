//! Time to push one session to a server with many sessions, compared with one that has few.

use crate::device::{Account, now};
use anyhow::{Result, ensure};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;
use zafu_backend::Backend;
use zafu_core::ids::{DeviceId, SessionId, UserId};
use zafu_core::session::{Lifecycle, Origin, Session, Stage};
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_store::{Outgoing, RowOutcome};
use zafu_sync::Remote;
use zafu_sync::remote::PushResponse;
use zafu_sync::supabase::Supabase;

/// Users on each server, with the same number of sessions each.
const USERS: u32 = 50;
/// Sessions of each user on the small server and on the large one.
const EACH: [u32; 2] = [100, 100_000];
/// Sessions of each user that one statement creates.
const AT_ONCE: u32 = 10_000;
/// Pushes to each server.
const ROUNDS: u32 = 300;
/// Sessions of the account whose digest is requested.
const DIGEST_OF: u32 = 1_000_000;

/// Measures the median push of one session to each server, in turns, so that other load affects both.
pub fn measure() -> Result<[(&'static str, Value); 2]> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut servers = vec![];
    for each in EACH {
        let backend = Backend::start()?;
        let account = Account::of(&backend, fill(&backend, each)?);
        servers.push((account.remote()?, account.user, backend));
    }
    let mut took = [vec![], vec![]];
    for round in 0..ROUNDS {
        for ((server, user, _), took) in servers.iter().zip(&mut took) {
            let milliseconds = runtime.block_on(push_one(server, *user, round))?;
            // Warm-up: connections and plans.
            if round >= ROUNDS / 10 {
                took.push(milliseconds);
            }
        }
    }
    let [small, large] = took.map(crate::timer::median);
    let sits = EACH.map(|each| each * USERS);
    let one = json!({ "rounds": ROUNDS, "sits": sits, "small_ms": small, "large_ms": large });
    let (server, user, backend) = &servers[1];
    add(backend, *user, DIGEST_OF - EACH[1])?;
    let mut took = vec![];
    for _ in 0..ROUNDS {
        let begin = now();
        let count = runtime.block_on(server.digest(*user))?.count;
        took.push(begin.elapsed().as_secs_f64() * 1e3);
        ensure!(count >= DIGEST_OF.into(), "a digest of {count} sits");
    }
    let digest = json!({ "rounds": ROUNDS, "sits": DIGEST_OF, "ms": crate::timer::median(took) });
    Ok([("one", one), ("digest", digest)])
}

/// Adds sessions to an account by SQL without triggers, and sets its digest.
fn add(backend: &Backend, user: UserId, sits: u32) -> Result<()> {
    backend.sql(&format!(
        "set local session_replication_role = replica;
         insert into sessions (id, userid, seq, startedat, sitlength, utcoffset, deviceid, source, detailsdevice,
           deletiondevice)
         select gen_random_uuid(), '{user}', nextval('zafu.seq'), '1990-01-01'::timestamptz + n * interval '1 hour',
           1200, 60, '{user}', 'timer', '{user}', '{user}'
         from generate_series(1, {sits}) n"
    ))?;
    backend.sql(&format!(
        "update zafu.sync_state
         set seq = (select last_value from zafu.seq), session_count = d.session_count, digest = d.digest
         from zafu.compute_digest('{user}') as d where userid = '{user}'"
    ))?;
    Ok(())
}

/// Fills a server by SQL without triggers, and sets what they would have set. Returns one of its users.
fn fill(backend: &Backend, each: u32) -> Result<UserId> {
    backend.sql(&format!(
        "insert into auth.users (id, email)
         select gen_random_uuid(), n || '@crowd.test' from generate_series(1, {USERS}) n"
    ))?;
    for first in (1..=each).step_by(AT_ONCE as usize) {
        let last = each.min(first + AT_ONCE - 1);
        backend.sql(&format!(
            "set local session_replication_role = replica;
             insert into sessions (id, userid, seq, startedat, sitlength, satlength, iscompleted, completedat,
               endedat, createdat, utcoffset, deviceid, source, label, detailsdevice, deletiondevice)
             select (lpad(to_hex(1700000000 + n), 8, '0') || substr(gen_random_uuid()::text, 9))::uuid,
               u.id, nextval('zafu.seq'), t, 1200, 1200, true, t + interval '20 minutes',
               t + interval '20 minutes', t, 60, u.id, 'timer', 'Zazen', u.id, u.id
             from generate_series({first}, {last}) n
             cross join lateral (select '2000-01-01'::timestamptz + n * interval '2 hours' as t) as at
             cross join users u"
        ))?;
    }
    backend.sql(
        "with moved as (
           insert into zafu.history (userid, seq) select userid, max(seq) from sessions group by userid
           returning userid, seq, id
         )
         update zafu.sync_state h set seq = moved.seq, history_id = moved.id, session_count = d.session_count, digest = d.digest
         from moved cross join lateral zafu.compute_digest(moved.userid) as d where h.userid = moved.userid",
    )?;
    backend.sql("vacuum analyze sessions")?;
    backend.sql("checkpoint")?;
    let count = backend.sql("select count(*) from sessions")?;
    ensure!(count == (each * USERS).to_string(), "the server holds {count} sits");
    Ok(UserId(backend.sql("select id from users order by id limit 1")?.parse()?))
}

/// Pushes one session. Returns milliseconds.
async fn push_one(server: &Supabase, user: UserId, round: u32) -> Result<f64> {
    let start: DateTime<Utc> = "2026-03-01T06:00:00Z".parse()?;
    let start = start + Duration::hours(round.into());
    let origin = Origin { deviceid: DeviceId(Uuid::from_u128(1)), createdat: start };
    let id = SessionId(Uuid::new_v4());
    let sit = Session::new(id, WallTime::new(start, UtcOffset(60)), Seconds(1200), origin);
    let completedat = start + Duration::seconds(1200);
    let stage = Stage::Completed { completedat, satlength: Seconds(1200) };
    let sit = Session { lifecycle: Lifecycle { stage, ..sit.lifecycle }, ..sit };
    let begin = now();
    let rows = [Outgoing { session: sit, generation: 0 }];
    let response = server.push(user, &rows, None).await?;
    let milliseconds = begin.elapsed().as_secs_f64() * 1e3;
    let is_accepted = matches!(&response, PushResponse::Stored { outcomes, .. }
        if matches!(outcomes[..], [(_, RowOutcome::Accepted)]));
    ensure!(is_accepted, "it was not accepted: {response:?}");
    Ok(milliseconds)
}
