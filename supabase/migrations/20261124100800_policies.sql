-- Who may read and write what. Everything is revoked first: older projects grant everything to every role by default,
-- and a grant on a whole table would override those on single columns.

alter table public.users enable row level security;
alter table public.partnerships enable row level security;
alter table public.weeks enable row level security;
alter table public.sessions enable row level security;
-- No role has grants on these: only functions of their owner access them.
alter table zafu.sync_state enable row level security;
alter table zafu.history enable row level security;
alter table zafu.weekly_goals enable row level security;

revoke all on public.users, public.partnerships, public.weeks, public.sessions, zafu.sync_state, zafu.history,
  zafu.weekly_goals
  from public, anon, authenticated, service_role;
revoke all on sequence zafu.seq from public, anon, authenticated, service_role;
revoke all on all functions in schema zafu from public, anon, authenticated, service_role;
revoke all on function public.push_sessions(json),
  public.pull_sessions(bigint, uuid, integer, integer), public.digest_sessions(), public.erase_account()
  from public, anon, authenticated, service_role;
revoke all on schema zafu from public, anon, authenticated, service_role;

-- Profiles: a user's own. The other columns are the server's.
grant select (id, name, email, weeklytarget, usualsitlength, image, pairing_status, createdat),
      update (name, weeklytarget, usualsitlength, image)
  on public.users to authenticated;
create policy select_own_profile on public.users for select to authenticated
  using (id = (select auth.uid()));
create policy update_own_profile on public.users for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));

-- Sessions: a user's own. Clients never delete rows, they set `deletedat`; and they cannot write for another user,
-- because `userid` is not granted.
grant select on public.sessions to authenticated;
grant insert (
    id, startedat, sitlength, satlength, iscompleted, completedat, endedat, createdat, utcoffset, deviceid,
    source, note, label, correctedstart, correctedlength, detailsrevision, detailsdevice, deletedat,
    deletionrevision, deletiondevice
  ), update (
    startedat, sitlength, satlength, iscompleted, completedat, endedat, note, label, correctedstart,
    correctedlength, detailsrevision, detailsdevice, deletedat, deletionrevision, deletiondevice
  ) on public.sessions to authenticated;
create policy select_own_sessions on public.sessions for select to authenticated
  using (userid = (select auth.uid()));
create policy insert_own_sessions on public.sessions for insert to authenticated
  with check (userid = (select auth.uid()));
create policy update_own_sessions on public.sessions for update to authenticated
  using (userid = (select auth.uid())) with check (userid = (select auth.uid()));

-- Partnerships and their weeks: read by both users, written by the server.
create function zafu.own_partnerships() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select id from public.partnerships
  where userid = (select auth.uid()) or partnerid = (select auth.uid())
$$;
revoke all on function zafu.own_partnerships() from public, anon, authenticated, service_role;
grant select on public.partnerships, public.weeks to authenticated;
create policy select_own_partnerships on public.partnerships for select to authenticated
  using (userid = (select auth.uid()) or partnerid = (select auth.uid()));
create policy select_own_weeks on public.weeks for select to authenticated
  using (partnershipid in (select zafu.own_partnerships()));

-- The functions of the API, and those that they call with the rights of their caller.
grant execute on function public.push_sessions(json),
  public.pull_sessions(bigint, uuid, integer, integer), public.digest_sessions(), public.erase_account()
  to authenticated;
grant usage on schema zafu to authenticated;
grant execute on function
  zafu.read_uuid(text), zafu.read_integer(text, bigint, bigint), zafu.read_boolean(text),
  zafu.read_text(text, integer), zafu.read_timestamp(text), zafu.replace_unstorable_escapes(text, text),
  zafu.read_element(integer, json, text), zafu.push_response(text, json, zafu.head, zafu.head),
  zafu.as_session(public.sessions), zafu.stage(zafu.session), zafu.merge(zafu.session, zafu.session),
  zafu.merge_all(zafu.session), zafu.max_revision(), zafu.rows_per_push(), zafu.bytes_per_push(),
  zafu.lock_own_sessions(), zafu.own_head(), zafu.raise_no_profile(), zafu.cursor_state(uuid, bigint),
  zafu.own_sync_state(), zafu.erase_own_data(), zafu.own_partnerships()
  to authenticated;
