-- Who may see and say what. Everything is taken away first: older projects grant everything to everyone by
-- default, and a grant on a whole table would make those on single columns void.

alter table public.users enable row level security;
alter table public.partnerships enable row level security;
alter table public.weeks enable row level security;
alter table public.sessions enable row level security;
-- Nobody is granted anything on these: only functions of their owner touch them.
alter table zafu.heads enable row level security;
alter table zafu.marks enable row level security;
alter table zafu.goals enable row level security;

revoke all on public.users, public.partnerships, public.weeks, public.sessions, zafu.heads, zafu.marks,
  zafu.goals
  from public, anon, authenticated, service_role;
revoke all on sequence zafu.seq from public, anon, authenticated, service_role;
revoke all on all functions in schema zafu from public, anon, authenticated, service_role;
revoke all on function public.push_sessions(json),
  public.pull_sessions(bigint, uuid, integer, integer), public.digest_sessions(), public.erase_account()
  from public, anon, authenticated, service_role;
revoke all on schema zafu from public, anon, authenticated, service_role;

-- A profile: one's own. The rest of it is the server's.
grant select (id, name, email, weeklytarget, usualsitlength, image, pairing_status, createdat),
      update (name, weeklytarget, usualsitlength, image)
  on public.users to authenticated;
create policy own_profile_is_seen on public.users for select to authenticated
  using (id = (select auth.uid()));
create policy own_profile_is_changed on public.users for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));

-- Sits: one's own. Never removed, only marked as deleted; never someone else's, because nobody says whose
-- they are.
grant select on public.sessions to authenticated;
grant insert (
    id, startedat, sitlength, satlength, iscompleted, completedat, endedat, createdat, utcoffset, deviceid,
    source, note, label, correctedstart, correctedlength, detailsrevision, detailsdevice, deletedat,
    deletionrevision, deletiondevice
  ), update (
    startedat, sitlength, satlength, iscompleted, completedat, endedat, note, label, correctedstart,
    correctedlength, detailsrevision, detailsdevice, deletedat, deletionrevision, deletiondevice
  ) on public.sessions to authenticated;
create policy own_sits_are_seen on public.sessions for select to authenticated
  using (userid = (select auth.uid()));
create policy own_sits_are_made on public.sessions for insert to authenticated
  with check (userid = (select auth.uid()));
create policy own_sits_are_changed on public.sessions for update to authenticated
  using (userid = (select auth.uid())) with check (userid = (select auth.uid()));

-- Partnerships and their weeks: seen by both, written by the server.
create function zafu.own_partnerships() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select id from public.partnerships
  where userid = (select auth.uid()) or partnerid = (select auth.uid())
$$;
revoke all on function zafu.own_partnerships() from public, anon, authenticated, service_role;
grant select on public.partnerships, public.weeks to authenticated;
create policy own_partnerships_are_seen on public.partnerships for select to authenticated
  using (userid = (select auth.uid()) or partnerid = (select auth.uid()));
create policy own_weeks_are_seen on public.weeks for select to authenticated
  using (partnershipid in (select zafu.own_partnerships()));

-- The functions that are called, and what they call as their caller.
grant execute on function public.push_sessions(json),
  public.pull_sessions(bigint, uuid, integer, integer), public.digest_sessions(), public.erase_account()
  to authenticated;
grant usage on schema zafu to authenticated;
grant execute on function
  zafu.read_uuid(text), zafu.read_integer(text, bigint, bigint), zafu.read_boolean(text),
  zafu.read_text(text, integer), zafu.read_timestamp(text), zafu.replace_unstorable_escapes(text, text),
  zafu.read_element(integer, json, text), zafu.push_answer(text, json, zafu.head, zafu.head),
  zafu.sit_of(public.sessions), zafu.stage(zafu.sit), zafu.joined(zafu.sit, zafu.sit),
  zafu.join_all(zafu.sit), zafu.last_revision(), zafu.rows_per_push(), zafu.bytes_per_push(),
  zafu.lock_own_head(), zafu.own_head(), zafu.refuse_without_profile(),
  zafu.cursor_state(uuid, bigint), zafu.own_digest(), zafu.erase_own(), zafu.own_partnerships()
  to authenticated;
