//! Benchmark of partners in PostgreSQL: `sync_partner`, accepting, and the push of one sit, in a project with many others.
//!
//! `cargo run --release -p zafu-backend --example partner_figures -- [PARTNERSHIPS [SESSIONS]]` starts a backend in the
//! temporary folder, fills it, measures inside the database, deletes it, and prints one JSON object with the mean
//! processor time, the median, and the tenth and 95th percentiles, in milliseconds. On a busy computer only processor
//! time and the tenth percentile compare calls: the longer one is interrupted more often, for as long as others take.
//! Default: 50,000 partnerships with five weeks each, and 1,000,000 sessions.

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    use anyhow::Context;
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u32| -> anyhow::Result<u32> {
        arguments.next().map_or(Ok(default), |text| text.parse().context(text))
    };
    let (partnerships, sessions) = (number(50_000)?, number(1_000_000)?);
    let backend = zafu_backend::Backend::start()?;
    script(&backend, &fill(partnerships, sessions))?;
    let all = script(&backend, MEASURE)?;
    println!("{}", all.lines().last().unwrap_or_default());
    Ok(())
}

/// Runs SQL, each statement in a transaction of its own, and returns the output.
#[cfg(unix)]
fn script(backend: &zafu_backend::Backend, sql: &str) -> anyhow::Result<String> {
    use std::io::Write;
    use std::process::Stdio;
    let mut psql = backend.psql();
    let mut psql = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    // Dropping the input ends the script.
    psql.stdin.take().into_iter().try_for_each(|mut input| input.write_all(sql.as_bytes()))?;
    let output = psql.wait_with_output()?;
    anyhow::ensure!(output.status.success(), "psql ended with {}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns the SQL that creates accounts, of which two of three are in a partnership, and their sessions.
#[cfg(unix)]
fn fill(partnerships: u32, sessions: u32) -> String {
    let sessions = sessions / (3 * partnerships);
    format!(
        "set session_replication_role = replica;
         create table public.crowd as
           select n, gen_random_uuid() as id, gen_random_uuid() as partner, gen_random_uuid() as alone,
             gen_random_uuid() as partnership
           from generate_series(1, {partnerships}) as n;
         create table public.people as
           select id, partnership from crowd union all select partner, partnership from crowd
           union all select alone, null from crowd;
         insert into auth.users (id, email) select id, id::text from people;
         insert into users (id, email) select id, email from auth.users;
         with first as (
           insert into zafu.history (userid, seq, reason) select id, 0, 'created' from users returning id, userid
         )
         insert into zafu.sync_state (userid, seq, history_id) select userid, 0, id from first;
         insert into zafu.targets (userid, since, target) select id, '-infinity', 5 from users;
         insert into partnerships (id, userid, partnerid, startedat, firstweekat, createdat)
           select partnership, id, partner, at, at, at
           from crowd, (select date_trunc('day', now() - interval '32 days') as at) as start;
         insert into weeks (partnershipid, weeknumber, weekstart, weekend, weeklygoal, invitersits, inviteesits)
           select p.id, n, p.startedat + (n - 1) * interval '168 hours', p.startedat + n * interval '168 hours', 10, 3, 3
           from partnerships p, generate_series(1, 5) as n;
         insert into sessions (id, userid, startedat, sitlength, satlength, iscompleted, completedat, endedat,
             utcoffset, deviceid, source, detailsdevice, deletiondevice, partnershipid, weekid, seq)
           select gen_random_uuid(), s.id, s.at, 600, 600, true, s.at + interval '10 minutes',
             s.at + interval '10 minutes', 0, s.id, 'timer', s.id, s.id, w.partnershipid, w.id, nextval('zafu.seq')
           from (
             select p.id, p.partnership, now() - n * interval '30 days' / {sessions} as at
             from people p, generate_series(1, {sessions}) as n
           ) as s
           left join weeks w on w.partnershipid = s.partnership and s.at >= w.weekstart and s.at < w.weekend;
         insert into zafu.invitations (codehash, userid, utcoffset, daystart)
           select sha256(convert_to(alone::text, 'UTF8')), alone, 0, 0 from crowd where n % 2 = 0;
         reset session_replication_role;
         vacuum analyze;"
    )
}

/// Calls each function 1,000 times, each time for another account, after 60 calls that are not counted. Calls that are
/// compared with each other alternate, so that what else the computer does slows down both.
#[cfg(unix)]
const MEASURE: &str = r#"
    create or replace function public.sit(who uuid) returns json language sql volatile as $f$
      select json_build_array(json_build_object(
        'id', gen_random_uuid(), 'startedat', a.at, 'sitlength', 600, 'satlength', 600, 'iscompleted', true,
        'completedat', a.at, 'endedat', a.at, 'createdat', a.at, 'utcoffset', 0, 'deviceid', who, 'source', 'timer',
        'note', '', 'label', '', 'correctedstart', null, 'correctedlength', null, 'detailsrevision', 0,
        'detailsdevice', who, 'deletedat', null, 'deletionrevision', 0, 'deletiondevice', who
      )) from (select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at) as a
    $f$;
    create or replace procedure public.measure(names text[], whose text[], call text) language plpgsql as $f$
    declare
      account record;
      which record;
      sent json;
      known bigint;
      started timestamptz;
      cpu bigint;
      answer json;
    begin
      for account in execute format('select *, lag(alone) over (order by n) as other from (
          select * from crowd order by md5(n::text || %L) limit 1060) as chosen', names::text) loop
        for which in select w.name, to_jsonb(account) ->> w.who as id from unnest(names, whose) as w (name, who)
            order by random() loop
          perform set_config('request.jwt.claims', json_build_object('sub', which.id)::text, true);
          known := zafu.partner_seq(which.id::uuid);
          sent := public.sit(which.id::uuid);
          cpu := split_part(pg_read_file('/proc/self/schedstat'), ' ', 1);
          started := clock_timestamp();
          execute call into answer using known, sent, account.other;
          insert into figures values (
            which.name, extract(epoch from clock_timestamp() - started) * 1000,
            (split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint - cpu) / 1e6, answer ->> 'state'
          );
          commit;
        end loop;
      end loop;
    end $f$;
    create temp table figures (what text, ms numeric, cpu numeric, state text, n bigint generated always as identity);
    call public.measure('{view,view_unpaired}', '{partner,alone}', 'select public.sync_partner(''{}'')');
    call public.measure(
      '{unchanged}', '{id}', 'select public.sync_partner(json_build_object(''known_partner_seq'', $1))'
    );
    call public.measure('{pull_paired,pull_unpaired}', '{id,alone}', 'select public.pull_sessions(max_rows => 1)');
    call public.measure('{push_paired,push_unpaired}', '{id,alone}', 'select public.push_sessions($2)');
    call public.measure(
      '{accept}', '{alone}', 'select public.accept_invitation(json_build_object(''code'', $3))'
    );
    call public.measure('{leave}', '{partner}', 'select public.sync_partner(json_build_object(
      ''leave'', json_build_object(''partnership_id'', (
        select p.id from public.partnerships p where p.partnerid = auth.uid() and p.endedat is null
      ))
    ))');
    select json_object_agg(what, json_build_object('cpu', cpu, 'median', median, 'p10', p10, 'p95', p95, 'states', states)) from (
      select what, round(avg(cpu), 2) as cpu, round(percentile_cont(0.5) within group (order by ms)::numeric, 2) as median,
        round(percentile_cont(0.1) within group (order by ms)::numeric, 2) as p10,
        round(percentile_cont(0.95) within group (order by ms)::numeric, 2) as p95,
        string_agg(distinct state, ',') as states
      from (select f.*, row_number() over (partition by what order by n) as number from figures f) as f
      where number > 60 and state is distinct from 'not_open'
      group by what
    ) as medians;"#;

#[cfg(not(unix))]
fn main() -> std::process::ExitCode {
    eprintln!("the local backend needs Linux");
    std::process::ExitCode::FAILURE
}
