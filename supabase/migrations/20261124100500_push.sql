-- push_sessions: merges sessions into those of the caller.

-- The head of the caller's sessions, and the last erasure, if any.
create type zafu.head as (seq bigint, history_id uuid, erasure_id uuid, erasedat timestamptz(3));

create function zafu.own_head() returns zafu.head
language sql stable security definer set search_path = '' as $$
  select s.seq, s.history_id, e.id, e.createdat
  from zafu.sync_state s
  left join lateral (
    select h.id, h.createdat from zafu.history h
    where h.userid = s.userid and h.reason = 'erased' order by h.seq desc limit 1
  ) as e on true
  where s.userid = (select auth.uid())
$$;

create function zafu.push_response(state text, outcomes json, before zafu.head, after zafu.head) returns json
language sql stable parallel safe
return json_build_object(
  'state', state, 'outcomes', outcomes, 'erasure_id', after.erasure_id,
  'before', json_build_object('seq', before.seq, 'history_id', before.history_id),
  'after', json_build_object('seq', after.seq, 'history_id', after.history_id)
);

-- How many pushes of one account may be in the database at once: one that runs and others that wait for it. Each holds
-- one of the few connections that all accounts share. Two devices have up to four requests in flight.
create function zafu.max_concurrent_pushes() returns integer
language sql immutable parallel safe return 4;

-- Locks the caller's sessions until the transaction ends. Raises an error at once if too many pushes wait already.
create function zafu.lock_own_sessions() returns void
language plpgsql security definer set search_path = '' as $$
declare
  is_admitted boolean := false;
begin
  if auth.uid() is null then
    raise exception 'not signed in' using errcode = 'PT401', hint = 'The token contains no user.';
  end if;
  for slot in 1 .. zafu.max_concurrent_pushes() loop
    is_admitted := pg_try_advisory_xact_lock(hashtextextended('zafu push ' || auth.uid(), slot));
    exit when is_admitted;
  end loop;
  if not is_admitted then
    raise exception 'other pushes of this account are waiting already'
      using errcode = 'lock_not_available', hint = 'Try again later.';
  end if;
  perform zafu.lock_users(array[auth.uid()]);
  -- An account that has reached its daily limit gets the error before anything is parsed.
  perform zafu.check_daily_limits(0, 0, s.new_bytes + 1)
  from zafu.sync_state s where s.userid = auth.uid() and s.usage_date = (now() at time zone 'UTC')::date;
end $$;

create function zafu.rows_per_push() returns integer
language sql immutable parallel safe return 5000;
create function zafu.bytes_per_push() returns integer
language sql immutable parallel safe return 4194304;

-- Merges whole sessions into the caller's, in any order, any number of times. The only parameter has no name, because
-- PostgREST would parse the body for named ones, and fail at a NUL. It is
--   {"sessions": [...], "erasure_id": id}
-- or the array alone. `erasure_id` is that of the last erasure that the caller knows of: a device that does not know of
-- one must not upload again what was erased.
--
-- Returns one value, because a set would be cut at the server's max-rows:
--   {"state": "ok" | "erased", "outcomes": [{"id", "outcome", "row", "reason"}, ...],
--    "before": {seq, history_id}, "after": {seq, history_id}, "erasure_id": id}
-- with one outcome for each element, in their order: accepted (stored as sent, since this call), unchanged (stored as
-- sent already), merged (with the row that resulted) or rejected (with a reason). Another account may have a session of
-- the same id: neither learns of the other's.
--
-- Errors: PT400 not an array, PT401 not signed in, PT410 the account was deleted, PT412 it has no profile, PT413 too
-- much for one call, PT429 too much for one day, 55P03 other pushes of the account are waiting, or one has held the
-- lock for too long.
create function public.push_sessions(json) returns json
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
      deletionrevision, deletiondevice
    )
    select a.id, a.startedat, a.sitlength, a.satlength, a.iscompleted, a.completedat, a.endedat, a.createdat,
      a.utcoffset, a.deviceid, a.source, a.note, a.label, a.correctedstart, a.correctedlength,
      a.detailsrevision, a.detailsdevice, a.deletedat, a.deletionrevision, a.deletiondevice
    from unnest(added) as a;
  end if;
  if changed is not null then
    update public.sessions t
    set startedat = c.startedat, sitlength = c.sitlength, satlength = c.satlength,
        iscompleted = c.iscompleted, completedat = c.completedat, endedat = c.endedat,
        note = c.note, label = c.label, correctedstart = c.correctedstart,
        correctedlength = c.correctedlength, detailsrevision = c.detailsrevision,
        detailsdevice = c.detailsdevice, deletedat = c.deletedat,
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
