-- Reads what a push contains: each element of its array becomes a session, or a reason why it is rejected.
--
-- Nothing that an element contains may fail the whole call, or one bad row would block all others. A failed cast is an
-- error of the whole statement, and PostgreSQL 15 has no pg_input_is_valid: so each field is read as text, checked as
-- text, and only then cast. The body stays json, because jsonb cannot hold "\u0000" or a number of a million digits.

-- Each read_ function returns null for a text that is not valid. They run for every field of every element: LIKE costs
-- a fraction of a regular expression that counts characters.

create function zafu.read_uuid(value text) returns uuid
language sql immutable parallel safe
return case
  when value like '________-____-____-____-____________'
      and value !~ '[^0-9a-fA-F-]' and length(replace(value, '-', '')) = 32
    then value::uuid
end;

create function zafu.read_integer(value text, minimum bigint, maximum bigint) returns bigint
language sql immutable parallel safe
return case when length(value) <= 11 and value ~ '^-?[0-9]+$' then
  case when value::bigint between minimum and maximum then value::bigint end
end;

create function zafu.read_boolean(value text) returns boolean
language sql immutable parallel safe
return case value when 'true' then true when 'false' then false end;

create function zafu.read_text(value text, max_bytes integer) returns text
language sql immutable parallel safe
return case when octet_length(value) <= max_bytes then value end;

-- Reads RFC 3339. The jsonpath method datetime() returns null where a cast would fail (30 February), and what it
-- returns equals the text only if every digit is in its place. An offset or rounding can lead out of the years that
-- RFC 3339 can write.
create function zafu.read_timestamp(value text) returns timestamptz
language sql stable parallel safe
return case
  when jsonb_path_query_first(
      to_jsonb(left(value, 19)), '$.datetime("YYYY-MM-DD\"T\"HH24:MI:SS")', silent => true
    ) = to_jsonb(left(value, 19))
    and substr(value, 20) ~ '^(\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$'
  then case
    when '[0001-01-01 00:00:00+00, 10000-01-01 00:00:00+00)'::tstzrange @> value::timestamptz(3)
      then value::timestamptz(3)
  end
end;

-- Replaces each escape that PostgreSQL cannot store, a NUL or half a surrogate pair: parsing JSON that contains one
-- is an error. The second backslash of "\\" does not start an escape.
--
-- Linear in the length of the text: "\\" and whole surrogate pairs are masked first, so that no expression has to look
-- back. The masks are control characters, which JSON never contains unescaped.
create function zafu.replace_unstorable_escapes(body text, placeholder text) returns text
language sql immutable parallel safe
return replace(replace(
  regexp_replace(
    regexp_replace(
      replace(replace(body, '\\', E'\x01'), '\u0000', placeholder),
      '\\u([dD][89aAbB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})', E'\x02\\1\x02\\2', 'g'),
    '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', placeholder, 'g'),
  E'\x02', '\u'), E'\x01', '\\');

-- The fields of zafu.session as text.
create type zafu.session_text as (
  id text, startedat text, sitlength text, satlength text, iscompleted text, completedat text, endedat text,
  createdat text, utcoffset text, deviceid text, source text, note text, label text, correctedstart text,
  correctedlength text, detailsrevision text, detailsdevice text, deletedat text, deletionrevision text,
  deletiondevice text
);

-- One element of a push.
create type zafu.push_element as (
  place  integer,  -- in the array, from 1
  id     text,     -- as sent
  sit    zafu.session, -- null if rejected
  reason text      -- why it is rejected: the first field that is not valid, or a rule that it breaks
);

-- Reads one element. `placeholder` stands where it contained something that cannot be stored.
create function zafu.read_element(place integer, value json, placeholder text) returns zafu.push_element
language plpgsql stable as $$
declare
  said zafu.session_text;
  sit zafu.session;
  reason text;
begin
  if json_typeof(value) <> 'object' then
    return row(place, null, null, 'not_an_object')::zafu.push_element;
  end if;
  said := json_populate_record(null::zafu.session_text, value);
  sit := row(
    zafu.read_uuid(said.id),
    zafu.read_timestamp(said.startedat),
    zafu.read_integer(said.sitlength, 0, 4294967295),
    zafu.read_integer(said.satlength, 0, 4294967295),
    zafu.read_boolean(said.iscompleted),
    zafu.read_timestamp(said.completedat),
    zafu.read_timestamp(said.endedat),
    zafu.read_timestamp(said.createdat),
    zafu.read_integer(said.utcoffset, -1439, 1439),
    zafu.read_uuid(said.deviceid),
    case when said.source in ('timer', 'manual', 'import') then said.source end,
    zafu.read_text(said.note, 131072),
    zafu.read_text(said.label, 8192),
    zafu.read_timestamp(said.correctedstart),
    zafu.read_integer(said.correctedlength, 0, 4294967295),
    zafu.read_integer(said.detailsrevision, 0, zafu.max_revision()),
    zafu.read_uuid(said.detailsdevice),
    zafu.read_timestamp(said.deletedat),
    zafu.read_integer(said.deletionrevision, 0, zafu.max_revision()),
    zafu.read_uuid(said.deletiondevice)
  );
  reason := case
    when strpos(value::text, placeholder) > 0 then 'bad_text'
    when sit.id is null then 'bad_id'
    when sit.startedat is null then 'bad_startedat'
    when sit.sitlength is null then 'bad_sitlength'
    when sit.satlength is null then 'bad_satlength'
    when sit.iscompleted is null then 'bad_iscompleted'
    when sit.completedat is null and said.completedat is not null then 'bad_completedat'
    when sit.endedat is null and said.endedat is not null then 'bad_endedat'
    when sit.createdat is null then 'bad_createdat'
    when sit.utcoffset is null then 'bad_utcoffset'
    when sit.deviceid is null then 'bad_deviceid'
    when sit.source is null then 'bad_source'
    when sit.note is null then 'bad_note'
    when sit.label is null then 'bad_label'
    when sit.correctedstart is null and said.correctedstart is not null then 'bad_correctedstart'
    when sit.correctedlength is null and said.correctedlength is not null then 'bad_correctedlength'
    when sit.detailsrevision is null then 'bad_detailsrevision'
    when sit.detailsdevice is null then 'bad_detailsdevice'
    when sit.deletedat is null and said.deletedat is not null then 'bad_deletedat'
    when sit.deletionrevision is null then 'bad_deletionrevision'
    when sit.deletiondevice is null then 'bad_deletiondevice'
    when sit.iscompleted <> (sit.completedat is not null)
      or sit.completedat is not null and sit.endedat is distinct from sit.completedat
      or sit.endedat is null and sit.satlength <> 0 then 'contradiction'
  end;
  if reason is not null then
    sit := null;
  end if;
  return row(place, left(said.id, 64), sit, reason);
end $$;

-- Where the caller's sits have come to, and whether they were erased.
create type zafu.head as (seq bigint, mark uuid, erased uuid, erasedat timestamptz(3));

create function zafu.own_head() returns zafu.head
language sql stable security definer set search_path = '' as $$
  select h.seq, h.mark, e.mark, e.createdat
  from zafu.sync_state h
  left join lateral (
    select m.mark, m.createdat from zafu.history m
    where m.userid = h.userid and m.reason = 'erased' order by m.seq desc limit 1
  ) as e on true
  where h.userid = (select auth.uid())
$$;

-- What push_sessions answers.
create function zafu.push_response(state text, outcomes json, before zafu.head, after zafu.head) returns json
language sql stable parallel safe
return json_build_object(
  'state', state, 'outcomes', outcomes, 'erasure_id', after.erased,
  'before', json_build_object('seq', before.seq, 'history_id', before.mark),
  'after', json_build_object('seq', after.seq, 'history_id', after.mark)
);

-- How many pushes of one account may be in the database at once: one that runs and others that wait for it.
-- Each of them holds a connection, of which all accounts have but few. Two devices have up to four.
create function zafu.max_concurrent_pushes() returns integer
language sql immutable parallel safe return 4;

-- Locks the caller's sits until the transaction ends. More pushes than may wait are refused at once.
create function zafu.lock_own_sessions() returns void
language plpgsql security definer set search_path = '' as $$
declare
  is_admitted boolean := false;
begin
  if auth.uid() is null then
    raise exception 'nobody is signed in' using errcode = 'PT401', hint = 'The token names no one.';
  end if;
  for place in 1 .. zafu.max_concurrent_pushes() loop
    is_admitted := pg_try_advisory_xact_lock(hashtextextended('zafu push ' || auth.uid(), place));
    exit when is_admitted;
  end loop;
  if not is_admitted then
    raise exception 'other pushes of this account are waiting already'
      using errcode = 'lock_not_available', hint = 'Try again later.';
  end if;
  perform zafu.lock_users(array[auth.uid()]);
  -- An account that can write nothing more today is told so before anything is parsed.
  perform zafu.check_daily_limits(0, 0, h.newbytes + 1)
  from zafu.sync_state h where h.userid = auth.uid() and h.newday = (now() at time zone 'UTC')::date;
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
      using errcode = 'PT413', hint = 'Send the sits in parts.';
  end if;
  -- Before anything is parsed, so that one account has one push parsed at a time. And a statement of its own: one that
  -- locks and reads would read what was there before it waited.
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
    raise exception 'more than % sits in one call', zafu.rows_per_push()
      using errcode = 'PT413', hint = 'Send them in parts.';
  end if;
  if before.erased is not null and before.erased is distinct from known_erasure then
    return zafu.push_response('erased', '[]', before, before);
  end if;

  elements := array(
    select zafu.read_element(e.place::integer, e.value, placeholder)
    from json_array_elements(sessions) with ordinality as e (value, place)
  );

  -- One for each id, in the order in which they came first, merged with the stored row, which is the first copy.
  -- (`is null` of a composite value asks whether every field is null: so it is asked of its id.)
  select array_agg(sent order by place) filter (where (stored).id is null),
         array_agg(zafu.merge(stored, sent) order by place)
           filter (where (stored).id is not null and stored is distinct from sent -- most of a push that is repeated
                   and zafu.merge(stored, sent) is distinct from stored)
  into added, changed
  from (
    select s.sent, s.place, t.stored
    from (
      select zafu.merge_all(e.sit order by e.place) as sent, min(e.place) as place
      from unnest(elements) as e where e.reason is null
      group by (e.sit).id
    ) as s
    left join lateral (
      select zafu.as_session(t) as stored from public.sessions t
      where t.id = (s.sent).id and t.userid = (select auth.uid())
      offset 0 -- or else the row would be built again for each of its fields
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

  -- The rows are read back: an outcome says what is stored, not what was meant to be. A row that is not there has no
  -- outcome, and the device sends it again.
  select json_agg(case
      when e.reason is not null then json_build_object('id', e.id, 'outcome', 'rejected', 'reason', e.reason)
      when t.stored is distinct from e.sit then json_build_object('id', e.id, 'outcome', 'merged', 'row', t.stored)
      when t.seq > before.seq then json_build_object('id', e.id, 'outcome', 'accepted')
      else json_build_object('id', e.id, 'outcome', 'unchanged')
    end order by e.place) filter (where e.reason is not null or t.seq is not null)
  into outcomes
  from unnest(elements) as e
  left join lateral (
    select t.seq, zafu.as_session(t) as stored from public.sessions t
    where t.id = (e.sit).id and t.userid = (select auth.uid())
    offset 0
  ) as t on true;

  return zafu.push_response('ok', coalesce(outcomes, '[]'), before, zafu.own_head());
end $$;
