-- `correctedoffset`, a detail of sessions: local time minus UTC as its user corrected it, such as after an import that
-- assumed a wrong time zone. And the effective start, offset and length of a session, in one place.
--
-- A client that does not know the column omits it, which means null: not corrected.

do $$
begin
  -- The next migration creates this table. Checked here, so that either all of them are applied or none.
  if to_regclass('public.labels') is not null then
    raise exception 'this project already has public.labels, and Zafu does not change what it did not create'
      using errcode = 'duplicate_table',
            hint = 'Nothing was changed. See "Tables that are there already" in supabase/README.md.';
  end if;
end $$;

alter table public.sessions
  add column correctedoffset smallint check (correctedoffset between -1439 and 1439); -- minutes
alter type zafu.session add attribute correctedoffset smallint;
alter type zafu.session_text add attribute correctedoffset text;
grant insert (correctedoffset), update (correctedoffset) on public.sessions to authenticated;

-- The effective start, offset and length: as corrected, or else as recorded. PostgreSQL inlines these, so that queries
-- with zafu.effective_start use the indexes on its expression. Weeks depend on the start alone, not on the offset.
create function zafu.effective_start(s public.sessions) returns timestamptz
language sql immutable parallel safe
return coalesce(s.correctedstart, s.startedat);

create function zafu.effective_offset(s public.sessions) returns smallint
language sql immutable parallel safe
return coalesce(s.correctedoffset, s.utcoffset);

create function zafu.effective_length(s public.sessions) returns bigint
language sql immutable parallel safe
return coalesce(s.correctedlength, s.satlength);

revoke all on function zafu.effective_start(public.sessions), zafu.effective_offset(public.sessions),
  zafu.effective_length(public.sessions)
  from public, anon, authenticated, service_role;

-- What follows replaces functions of earlier migrations; their comments are there. New are `correctedoffset` and the
-- functions above.

create or replace function zafu.as_session(s public.sessions) returns zafu.session
language sql immutable parallel safe
return row(
  s.id, s.startedat, s.sitlength, s.satlength, s.iscompleted, s.completedat, s.endedat, s.createdat,
  s.utcoffset, s.deviceid, s.source, s.note, s.label, s.correctedstart, s.correctedlength,
  s.detailsrevision, s.detailsdevice, s.deletedat, s.deletionrevision, s.deletiondevice,
  s.correctedoffset
)::zafu.session;

create or replace function zafu.merge(a zafu.session, b zafu.session) returns zafu.session
language sql immutable strict parallel safe
return row(
  a.id,
  -- The earlier start and the shorter plan. In practice both copies agree.
  least(a.startedat, b.startedat),
  least(a.sitlength, b.sitlength),
  -- From the copy in the later stage; of two in the same stage, the longer sit and the earlier end.
  case sign(zafu.stage(a) - zafu.stage(b))
    when 1 then a.satlength when -1 then b.satlength else greatest(a.satlength, b.satlength)
  end,
  a.iscompleted or b.iscompleted,
  least(a.completedat, b.completedat), -- ignores null
  case sign(zafu.stage(a) - zafu.stage(b))
    when 1 then a.endedat when -1 then b.endedat else least(a.endedat, b.endedat)
  end,
  a.createdat,
  a.utcoffset,
  a.deviceid,
  a.source,
  -- Details: all of them from the copy with the higher revision, then device.
  case when row(b.detailsrevision, b.detailsdevice) > row(a.detailsrevision, a.detailsdevice)
    then b.note else a.note end,
  case when row(b.detailsrevision, b.detailsdevice) > row(a.detailsrevision, a.detailsdevice)
    then b.label else a.label end,
  case when row(b.detailsrevision, b.detailsdevice) > row(a.detailsrevision, a.detailsdevice)
    then b.correctedstart else a.correctedstart end,
  case when row(b.detailsrevision, b.detailsdevice) > row(a.detailsrevision, a.detailsdevice)
    then b.correctedlength else a.correctedlength end,
  greatest(a.detailsrevision, b.detailsrevision),
  case when row(b.detailsrevision, b.detailsdevice) > row(a.detailsrevision, a.detailsdevice)
    then b.detailsdevice else a.detailsdevice end,
  -- Deletion: likewise.
  case when row(b.deletionrevision, b.deletiondevice) > row(a.deletionrevision, a.deletiondevice)
    then b.deletedat else a.deletedat end,
  greatest(a.deletionrevision, b.deletionrevision),
  case when row(b.deletionrevision, b.deletiondevice) > row(a.deletionrevision, a.deletiondevice)
    then b.deletiondevice else a.deletiondevice end,
  -- A detail too. Attributes that are added to a type are its last ones.
  case when row(b.detailsrevision, b.detailsdevice) > row(a.detailsrevision, a.detailsdevice)
    then b.correctedoffset else a.correctedoffset end
)::zafu.session;

-- Sits that were entered by hand or imported count only in the user's own figures.
create or replace function zafu.is_counted(s public.sessions) returns boolean
language sql immutable parallel safe
return s.iscompleted and s.deletedat is null and s.source = 'timer'
  and zafu.effective_length(s) >= 60;

create or replace function zafu.update_weeks(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.create_weeks(p.id, zafu.week_number(p.startedat, least(now(), p.endedat)))
  from public.partnerships p
  where (p.userid = user_id or p.partnerid = user_id)
    and p.startedat <= now()
    and not exists (
      select 1 from public.weeks w
      where w.partnershipid = p.id
        and w.weeknumber >= zafu.week_number(p.startedat, least(now(), p.endedat))
    );
  -- The row trigger zafu.derive_columns assigns the week.
  update public.sessions s set weekid = s.weekid
  where s.userid = user_id and s.weekid is null and s.partnershipid is not null
    and zafu.effective_start(s) < now() + interval '24 hours';
end $$;

create or replace function zafu.apply_partnership() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  p public.partnerships := coalesce(new, old);
begin
  if tg_op <> 'DELETE' then
    -- The row trigger zafu.derive_columns assigns the week.
    update public.sessions s set weekid = s.weekid
    where s.userid in (p.userid, p.partnerid) and zafu.effective_start(s) >= p.startedat;
  end if;
  update public.users u
  set pairing_status = case
    when exists (
      select 1 from public.partnerships q where u.id in (q.userid, q.partnerid) and q.endedat is null
    ) then 'paired'
    when u.invitecode is not null then 'invited'
    else 'unpaired'
  end
  where u.id in (p.userid, p.partnerid);
  return null;
end $$;

create or replace function zafu.derive_columns() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  before zafu.session;
  after zafu.session := zafu.as_session(new);
  week record;
begin
  if tg_op = 'UPDATE' then
    before := zafu.as_session(old);
    if new.userid <> old.userid or zafu.merge(before, after) is distinct from after then
      raise exception 'this would undo a later state of the session %', old.id
        using errcode = 'PT409',
              hint = 'The lifecycle only moves forward; details and deletion change with a higher revision. '
                     'push_sessions merges instead.';
    end if;
    new.receivedat := old.receivedat;
    new.seq := old.seq;
  else
    new.receivedat := now();
  end if;
  -- Only if an administrator writes for a user: clients hold their own lock already.
  if new.userid::text is distinct from current_setting('zafu.locked_user', true) then
    perform zafu.lock_users(array[new.userid]);
  end if;
  if new.userid::text = current_setting('zafu.unpartnered_user', true) then
    new.partnershipid := null;
    new.weekid := null;
  else
    week := zafu.find_week(new.userid, zafu.effective_start(new));
    new.partnershipid := week.partnership_id;
    new.weekid := week.week_id;
  end if;
  if after is distinct from before then
    new.seq := nextval('zafu.seq');
  end if;
  return new;
end $$;

create or replace function zafu.read_element(ordinal integer, value json, placeholder text) returns zafu.push_element
language plpgsql stable as $$
declare
  sent zafu.session_text;
  session zafu.session;
  reason text;
begin
  if json_typeof(value) <> 'object' then
    return row(ordinal, null, null, 'not_an_object')::zafu.push_element;
  end if;
  sent := json_populate_record(null::zafu.session_text, value);
  session := row(
    zafu.read_uuid(sent.id),
    zafu.read_timestamp(sent.startedat),
    zafu.read_integer(sent.sitlength, 0, 4294967295),
    zafu.read_integer(sent.satlength, 0, 4294967295),
    zafu.read_boolean(sent.iscompleted),
    zafu.read_timestamp(sent.completedat),
    zafu.read_timestamp(sent.endedat),
    zafu.read_timestamp(sent.createdat),
    zafu.read_integer(sent.utcoffset, -1439, 1439),
    zafu.read_uuid(sent.deviceid),
    case when sent.source in ('timer', 'manual', 'import') then sent.source end,
    zafu.read_text(sent.note, 131072),
    zafu.read_text(sent.label, 8192),
    zafu.read_timestamp(sent.correctedstart),
    zafu.read_integer(sent.correctedlength, 0, 4294967295),
    zafu.read_integer(sent.detailsrevision, 0, zafu.max_revision()),
    zafu.read_uuid(sent.detailsdevice),
    zafu.read_timestamp(sent.deletedat),
    zafu.read_integer(sent.deletionrevision, 0, zafu.max_revision()),
    zafu.read_uuid(sent.deletiondevice),
    zafu.read_integer(sent.correctedoffset, -1439, 1439)
  );
  reason := case
    when strpos(value::text, placeholder) > 0 then 'bad_text'
    when session.id is null then 'bad_id'
    when session.startedat is null then 'bad_startedat'
    when session.sitlength is null then 'bad_sitlength'
    when session.satlength is null then 'bad_satlength'
    when session.iscompleted is null then 'bad_iscompleted'
    when session.completedat is null and sent.completedat is not null then 'bad_completedat'
    when session.endedat is null and sent.endedat is not null then 'bad_endedat'
    when session.createdat is null then 'bad_createdat'
    when session.utcoffset is null then 'bad_utcoffset'
    when session.deviceid is null then 'bad_deviceid'
    when session.source is null then 'bad_source'
    when session.note is null then 'bad_note'
    when session.label is null then 'bad_label'
    when session.correctedstart is null and sent.correctedstart is not null then 'bad_correctedstart'
    when session.correctedlength is null and sent.correctedlength is not null then 'bad_correctedlength'
    when session.correctedoffset is null and sent.correctedoffset is not null then 'bad_correctedoffset'
    when session.detailsrevision is null then 'bad_detailsrevision'
    when session.detailsdevice is null then 'bad_detailsdevice'
    when session.deletedat is null and sent.deletedat is not null then 'bad_deletedat'
    when session.deletionrevision is null then 'bad_deletionrevision'
    when session.deletiondevice is null then 'bad_deletiondevice'
    when session.iscompleted <> (session.completedat is not null)
      or session.completedat is not null and session.endedat is distinct from session.completedat
      or session.endedat is null and session.satlength <> 0 then 'contradiction'
  end;
  if reason is not null then
    session := null;
  end if;
  return row(ordinal, left(sent.id, 64), session, reason);
end $$;

create or replace function public.push_sessions(json) returns json
language plpgsql security invoker set search_path = '' set timezone = 'UTC' as $$
declare
  placeholder text := substr(gen_random_uuid()::text, 20); -- no client can have sent it
  before zafu.head;
  body json;
  sessions json;
  known_erasure uuid;
  elements zafu.push_element[];
  added zafu.session[];
  changed zafu.session[];
  outcomes json;
begin
  if octet_length($1::text) > zafu.bytes_per_push() then
    raise exception 'more than % bytes in one call', zafu.bytes_per_push()
      using errcode = 'PT413', hint = 'Send fewer sessions per call.';
  end if;
  -- Lock before parsing, so that only one push of an account is parsed at a time, and in a statement of its own: one
  -- that locks and reads would read the state before it waited.
  perform zafu.lock_own_sessions();
  before := zafu.own_head();

  body := case when strpos($1::text, '\u') = 0 then $1
    else zafu.replace_unstorable_escapes($1::text, placeholder)::json end;
  if json_typeof(body) = 'object' then
    select b.sessions, zafu.read_uuid(b.erasure_id) into sessions, known_erasure
    from json_to_record(body) as b (sessions json, erasure_id text);
  else
    sessions := body;
  end if;
  if sessions is null or json_typeof(sessions) <> 'array' then
    raise exception 'sessions must be an array' using errcode = 'PT400';
  end if;
  if json_array_length(sessions) > zafu.rows_per_push() then
    raise exception 'more than % sessions in one call', zafu.rows_per_push()
      using errcode = 'PT413', hint = 'Send fewer sessions per call.';
  end if;
  if before.erasure_id is not null and before.erasure_id is distinct from known_erasure then
    return zafu.push_response('erased', '[]', before, before);
  end if;

  elements := array(
    select zafu.read_element(e.ordinal::integer, e.value, placeholder)
    from json_array_elements(sessions) with ordinality as e (value, ordinal)
  );

  -- Merge the copies of each id in the order of the array, then with the stored row, which counts as the first copy.
  -- (`is null` of a composite value tests whether all its fields are null, so the id is tested.)
  select array_agg(sent order by ordinal) filter (where (stored).id is null),
         array_agg(zafu.merge(stored, sent) order by ordinal)
           filter (where (stored).id is not null and stored is distinct from sent -- most of a push that is repeated
                   and zafu.merge(stored, sent) is distinct from stored)
  into added, changed
  from (
    select s.sent, s.ordinal, t.stored
    from (
      select zafu.merge_all(e.session order by e.ordinal) as sent, min(e.ordinal) as ordinal
      from unnest(elements) as e where e.reason is null
      group by (e.session).id
    ) as s
    left join lateral (
      select zafu.as_session(t) as stored from public.sessions t
      where t.id = (s.sent).id and t.userid = (select auth.uid())
      offset 0 -- or PostgreSQL builds the session again for each of its fields
    ) as t on true
    offset 0
  ) as each;

  if added is not null then
    insert into public.sessions (
      id, startedat, sitlength, satlength, iscompleted, completedat, endedat, createdat, utcoffset, deviceid,
      source, note, label, correctedstart, correctedlength, detailsrevision, detailsdevice, deletedat,
      deletionrevision, deletiondevice, correctedoffset
    )
    select a.id, a.startedat, a.sitlength, a.satlength, a.iscompleted, a.completedat, a.endedat, a.createdat,
      a.utcoffset, a.deviceid, a.source, a.note, a.label, a.correctedstart, a.correctedlength,
      a.detailsrevision, a.detailsdevice, a.deletedat, a.deletionrevision, a.deletiondevice, a.correctedoffset
    from unnest(added) as a;
  end if;
  if changed is not null then
    update public.sessions t
    set startedat = c.startedat, sitlength = c.sitlength, satlength = c.satlength,
        iscompleted = c.iscompleted, completedat = c.completedat, endedat = c.endedat,
        note = c.note, label = c.label, correctedstart = c.correctedstart,
        correctedlength = c.correctedlength, correctedoffset = c.correctedoffset,
        detailsrevision = c.detailsrevision, detailsdevice = c.detailsdevice, deletedat = c.deletedat,
        deletionrevision = c.deletionrevision, deletiondevice = c.deletiondevice
    from unnest(changed) as c
    where t.id = c.id and t.userid = (select auth.uid());
  end if;

  -- Read the rows back: an outcome says what is stored, not what should be. A row that is not stored has no outcome, and
  -- the device sends it again.
  select json_agg(case
      when e.reason is not null then json_build_object('id', e.id, 'outcome', 'rejected', 'reason', e.reason)
      when t.stored is distinct from e.session then json_build_object('id', e.id, 'outcome', 'merged', 'row', t.stored)
      when t.seq > before.seq then json_build_object('id', e.id, 'outcome', 'accepted')
      else json_build_object('id', e.id, 'outcome', 'unchanged')
    end order by e.ordinal) filter (where e.reason is not null or t.seq is not null)
  into outcomes
  from unnest(elements) as e
  left join lateral (
    select t.seq, zafu.as_session(t) as stored from public.sessions t
    where t.id = (e.session).id and t.userid = (select auth.uid())
    offset 0
  ) as t on true;

  return zafu.push_response('ok', coalesce(outcomes, '[]'), before, zafu.own_head());
end $$;
