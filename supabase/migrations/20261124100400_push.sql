-- push_sessions: takes in whole sits, in any order, any number of times.
--
-- Nothing that a row says can fail a whole call: what is not written just as a device of ours writes it is read
-- as text, checked as text, and only then cast. It is taken as json and not as jsonb, which could not even hold
-- a "\u0000" or a number of a million digits.

-- A sit as a device of ours writes it, to the letter: see wire.rs in the crate zafu-sync. Whatever is written so
-- is well, and a sit that is there in the same letters is not news: both can be seen without a closer look.
create function zafu.written(s zafu.sit) returns text
language sql stable parallel safe
return concat(
  '{"id":"', s.id,
  '","startedat":"', to_char(s.startedat at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  '","sitlength":', s.sitlength,
  ',"satlength":', s.satlength,
  ',"iscompleted":', case when s.iscompleted then 'true' else 'false' end,
  ',"completedat":',
    coalesce(to_char(s.completedat at time zone 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null'),
  ',"endedat":',
    coalesce(to_char(s.endedat at time zone 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null'),
  ',"createdat":"', to_char(s.createdat at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  '","utcoffset":', s.utcoffset,
  ',"deviceid":"', s.deviceid,
  '","source":"', s.source,
  '","note":', to_json(s.note),
  ',"label":', to_json(s.label),
  ',"correctedstart":',
    coalesce(to_char(s.correctedstart at time zone 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null'),
  ',"correctedlength":', coalesce(s.correctedlength::text, 'null'),
  ',"detailsrevision":', s.detailsrevision,
  ',"detailsdevice":"', s.detailsdevice,
  '","deletedat":',
    coalesce(to_char(s.deletedat at time zone 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null'),
  ',"deletionrevision":', s.deletionrevision,
  ',"deletiondevice":"', s.deletiondevice,
  '"}'
);

-- The careful way. Each of these reads a text, or answers null where it is not what it should be. They run some
-- twenty times for each sit, so that they look at shapes and single characters where that will do: an
-- expression that spells out every digit costs five times as much.

create function zafu.read_uuid(said text) returns uuid
language sql immutable parallel safe
return case
  when said like '________-____-____-____-____________'
      and said !~ '[^0-9a-fA-F-]' and length(replace(said, '-', '')) = 32
    then said::uuid
end;

create function zafu.read_whole(said text, lowest bigint, highest bigint) returns bigint
language sql immutable parallel safe
return case when said ~ '^-?[0-9]{1,10}$' then
  case when said::bigint between lowest and highest then said::bigint end
end;

create function zafu.read_truth(said text) returns boolean
language sql immutable parallel safe
return case said when 'true' then true when 'false' then false end;

create function zafu.read_text(said text, most integer) returns text
language sql immutable parallel safe
return case when octet_length(said) <= most then said end;

-- Whether a day and a time exist that have the shape of RFC 3339.
create function zafu.is_day_and_time(said text) returns boolean
language sql immutable parallel safe
return case
  when left(said, 4) = '0000'
      or substr(said, 6, 2) collate "C" not between '01' and '12'
      or substr(said, 9, 2) collate "C" not between '01' and '31'
      or substr(said, 12, 2) collate "C" > '23'
      or substr(said, 15, 2) collate "C" > '59'
      or substr(said, 18, 2) collate "C" > '59'
    then false
  when substr(said, 9, 2) collate "C" <= '28' then true
  when substr(said, 6, 2) = '02' then
    substr(said, 9, 2) = '29' and left(said, 4)::integer % 4 = 0
      and (left(said, 4)::integer % 100 <> 0 or left(said, 4)::integer % 400 = 0)
  when substr(said, 6, 2) in ('04', '06', '09', '11') then substr(said, 9, 2) collate "C" <= '30'
  else true
end;

-- RFC 3339: as every device of ours writes it, or in any other of its forms.
create function zafu.read_moment(said text) returns timestamptz
language sql stable parallel safe
return case
  when said is null then null
  when said like '____-__-__T__:__:__.___Z'
      and left(said, 4) || substr(said, 6, 2) || substr(said, 9, 2) || substr(said, 12, 2)
        || substr(said, 15, 2) || substr(said, 18, 2) || substr(said, 21, 3) !~ '[^0-9]'
    then case when zafu.is_day_and_time(said) then said::timestamptz(3) end
  when said ~ ('^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?'
      '(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$')
    -- An offset or a rounding can lead out of the years that can be written again.
    then case when zafu.is_day_and_time(said) then
      case when said::timestamptz(3) >= '0001-01-01 00:00:00+00'
          and said::timestamptz(3) < '10000-01-01 00:00:00+00'
        then said::timestamptz(3)
      end
    end
end;

-- The JSON with `mark` in the place of each escape that PostgreSQL cannot store: a NUL, or half a surrogate
-- pair. Even to look into JSON that has one is an error. An escaped backslash is no beginning of an escape.
--
-- Each pass is linear in the length of the text: escaped backslashes are masked first, then whole surrogate
-- pairs, so that no expression has to look back. The masks are control characters, which JSON never has as
-- they are. An expression costs ten times a plain replacement: only surrogates need one.
create function zafu.without_unspeakable(said text, mark text) returns text
language sql immutable parallel safe
return case
  when strpos(said, '\u') = 0 then said
  when said !~ '\\u[dD][89a-fA-F]' then
    replace(replace(replace(said, '\\', E'\x01'), '\u0000', mark), E'\x01', '\\')
  else replace(replace(
    regexp_replace(
      regexp_replace(
        replace(replace(said, '\\', E'\x01'), '\u0000', mark),
        '\\u([dD][89aAbB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})', E'\x02\\1\x02\\2', 'g'),
      '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', mark, 'g'),
    E'\x02', '\u'), E'\x01', '\\')
end;

-- One sit as it was sent.
create type zafu.sent as (
  place  integer, -- in the call
  id     text,    -- as it was written
  sit    zafu.sit,
  reason text     -- why it was refused; with neither a sit nor a reason it is there already, word for word
);

-- Those that are there already, word for word: most of a call that is made again.
create function zafu.those_there(elements json[]) returns setof zafu.sent
language sql stable set search_path = '' as $$
  select e.place::integer, substr(e.said::text, 8, 36), null::zafu.sit, null
  from unnest(elements) with ordinality as e (said, place)
  cross join lateral (
    select zafu.written(zafu.sit_of(t)) as written from public.sessions t
    where t.id = zafu.read_uuid(substr(e.said::text, 8, 36)) and t.userid = (select auth.uid())
    offset 0 -- or else the row would be made anew for each of its columns
  ) as k
  where k.written = e.said::text
$$;

-- Those that are well as they are written: read at once, and written again to see. What cannot be read so at
-- all is an error (22...), and then nothing is read. Elements that are null are passed over.
create function zafu.read_well(elements json[], mark text) returns setof zafu.sent
language sql stable set search_path = '' set timezone = 'UTC' as $$
  select e.place::integer, s.id::text, row(s.*)::zafu.sit, null
  from unnest(elements) with ordinality as e (said, place)
  cross join lateral json_to_record(e.said) as s (
    id uuid, startedat timestamptz(3), sitlength bigint, satlength bigint, iscompleted boolean,
    completedat timestamptz(3), endedat timestamptz(3), createdat timestamptz(3), utcoffset smallint,
    deviceid uuid, source text, note text, label text, correctedstart timestamptz(3),
    correctedlength bigint, detailsrevision bigint, detailsdevice uuid, deletedat timestamptz(3),
    deletionrevision bigint, deletiondevice uuid
  )
  where e.said is not null
    and zafu.written(row(s.*)::zafu.sit) = e.said::text
    and strpos(e.said::text, mark) = 0
    and s.sitlength between 0 and 4294967295
    and s.satlength between 0 and 4294967295
    and s.utcoffset between -1439 and 1439
    and s.source in ('timer', 'manual', 'import')
    and octet_length(s.note) <= 131072
    and octet_length(s.label) <= 8192
    and (s.correctedlength is null or s.correctedlength between 0 and 4294967295)
    and s.detailsrevision between 0 and zafu.last_revision()
    and s.deletionrevision between 0 and zafu.last_revision()
    and least(s.startedat, s.completedat, s.endedat, s.createdat, s.correctedstart, s.deletedat)
      >= '0001-01-01 00:00:00+00'
    and greatest(s.startedat, s.completedat, s.endedat, s.createdat, s.correctedstart, s.deletedat)
      < '10000-01-01 00:00:00+00'
    and s.iscompleted = (s.completedat is not null)
    and (s.completedat is null or s.endedat = s.completedat)
    and (s.endedat is not null or s.satlength = 0)
$$;

-- Reads whatever was sent, one for each element that is not null. `mark` stands where something could not be
-- stored.
create function zafu.read_sits(elements json[], mark text) returns setof zafu.sent
language sql stable set search_path = '' set timezone = 'UTC' as $$
  with element as materialized (
    select place::integer, value,
      case
        when json_typeof(value) <> 'object' then 'not_an_object'
        when strpos(value::text, mark) > 0 then 'bad_text'
      end as broken
    from unnest(elements) with ordinality as e (value, place)
    where value is not null
  ), said as materialized (
    select element.place, element.broken, s.*
    from element
    cross join lateral json_to_record(
      case when broken is distinct from 'not_an_object' then value else '{}' end -- a bad text is refused by its id
    ) as s (
      id text, startedat text, sitlength text, satlength text, iscompleted text, completedat text,
      endedat text, createdat text, utcoffset text, deviceid text, source text, note text, label text,
      correctedstart text, correctedlength text, detailsrevision text, detailsdevice text,
      deletedat text, deletionrevision text, deletiondevice text
    )
  ), typed as materialized (
    select place,
      zafu.read_uuid(id) as id,
      zafu.read_moment(startedat) as startedat,
      zafu.read_whole(sitlength, 0, 4294967295) as sitlength,
      zafu.read_whole(satlength, 0, 4294967295) as satlength,
      zafu.read_truth(iscompleted) as iscompleted,
      zafu.read_moment(completedat) as completedat,
      zafu.read_moment(endedat) as endedat,
      zafu.read_moment(createdat) as createdat,
      zafu.read_whole(utcoffset, -1439, 1439) as utcoffset,
      zafu.read_uuid(deviceid) as deviceid,
      case when source in ('timer', 'manual', 'import') then source end as source,
      zafu.read_text(note, 131072) as note,
      zafu.read_text(label, 8192) as label,
      zafu.read_moment(correctedstart) as correctedstart,
      zafu.read_whole(correctedlength, 0, 4294967295) as correctedlength,
      zafu.read_whole(detailsrevision, 0, zafu.last_revision()) as detailsrevision,
      zafu.read_uuid(detailsdevice) as detailsdevice,
      zafu.read_moment(deletedat) as deletedat,
      zafu.read_whole(deletionrevision, 0, zafu.last_revision()) as deletionrevision,
      zafu.read_uuid(deletiondevice) as deletiondevice
    from said
  ), judged as materialized (
    select place, left(said.id, 64) as id,
      case
        when said.broken is not null then said.broken
        when t.id is null then 'bad_id'
        when t.startedat is null then 'bad_startedat'
        when t.sitlength is null then 'bad_sitlength'
        when t.satlength is null then 'bad_satlength'
        when t.iscompleted is null then 'bad_iscompleted'
        when t.completedat is null and said.completedat is not null then 'bad_completedat'
        when t.endedat is null and said.endedat is not null then 'bad_endedat'
        when t.createdat is null then 'bad_createdat'
        when t.utcoffset is null then 'bad_utcoffset'
        when t.deviceid is null then 'bad_deviceid'
        when t.source is null then 'bad_source'
        when t.note is null then 'bad_note'
        when t.label is null then 'bad_label'
        when t.correctedstart is null and said.correctedstart is not null then 'bad_correctedstart'
        when t.correctedlength is null and said.correctedlength is not null then 'bad_correctedlength'
        when t.detailsrevision is null then 'bad_detailsrevision'
        when t.detailsdevice is null then 'bad_detailsdevice'
        when t.deletedat is null and said.deletedat is not null then 'bad_deletedat'
        when t.deletionrevision is null then 'bad_deletionrevision'
        when t.deletiondevice is null then 'bad_deletiondevice'
        when t.iscompleted <> (t.completedat is not null)
          or (t.completedat is not null and t.endedat is distinct from t.completedat)
          or (t.endedat is null and t.satlength <> 0) then 'contradiction'
      end as reason
    from said join typed t using (place)
  )
  select j.place, j.id,
    case when j.reason is null then row(
      t.id, t.startedat, t.sitlength, t.satlength, t.iscompleted, t.completedat, t.endedat, t.createdat,
      t.utcoffset, t.deviceid, t.source, t.note, t.label, t.correctedstart, t.correctedlength,
      t.detailsrevision, t.detailsdevice, t.deletedat, t.deletionrevision, t.deletiondevice
    )::zafu.sit end,
    j.reason
  from judged j join typed t using (place)
$$;

-- The elements that were not read yet; null in the place of each that was.
create function zafu.without(elements json[], sent zafu.sent[]) returns json[]
language sql immutable parallel safe
return array(
  select case when s.place is null then e.said end
  from unnest(elements) with ordinality as e (said, place)
  left join (select u.place from unnest(sent) as u) as s on s.place = e.place
  order by e.place
);

-- Where the caller's sits have come to, and whether they were erased.
create type zafu.head as (seq bigint, mark uuid, erased uuid, erasedat timestamptz(3));

create function zafu.own_head() returns zafu.head
language sql stable security definer set search_path = '' as $$
  select h.seq, h.mark, e.mark, e.createdat
  from zafu.heads h
  left join lateral (
    select m.mark, m.createdat from zafu.marks m
    where m.userid = h.userid and m.reason = 'erased' order by m.seq desc limit 1
  ) as e on true
  where h.userid = (select auth.uid())
$$;

-- What push_sessions answers; `outcomes` are JSON, one after the other.
create function zafu.push_answer(state text, outcomes text, before zafu.head, after zafu.head) returns json
language sql stable parallel safe
return json_build_object(
  'state', state, 'outcomes', concat('[', outcomes, ']')::json, 'erasure_id', after.erased,
  'before', json_build_object('seq', before.seq, 'history_id', before.mark),
  'after', json_build_object('seq', after.seq, 'history_id', after.mark)
);

-- How many pushes of one account may be in the database at once: one that runs and others that wait for it.
-- Each of them holds a connection, of which all accounts have but few. Two devices have up to four.
create function zafu.pushes_at_once() returns integer
language sql immutable parallel safe return 4;

-- Locks the caller's sits until the transaction ends. More pushes than may wait are refused at once.
create function zafu.lock_own_head() returns void
language plpgsql security definer set search_path = '' as $$
declare
  is_admitted boolean := false;
begin
  if auth.uid() is null then
    raise exception 'nobody is signed in' using errcode = 'PT401', hint = 'The token names no one.';
  end if;
  for place in 1 .. zafu.pushes_at_once() loop
    is_admitted := pg_try_advisory_xact_lock(hashtextextended('zafu push ' || auth.uid(), place));
    exit when is_admitted;
  end loop;
  if not is_admitted then
    raise exception 'other pushes of this account are waiting already'
      using errcode = 'lock_not_available', hint = 'Try again later.';
  end if;
  perform zafu.lock_heads(array[auth.uid()]);
  -- An account that can write nothing more today is told so before anything is parsed.
  perform zafu.refuse_beyond_limits(0, 0, h.newbytes + 1)
  from zafu.heads h where h.userid = auth.uid() and h.newday = (now() at time zone 'UTC')::date;
end $$;

create function zafu.rows_per_push() returns integer
language sql immutable parallel safe return 5000;
create function zafu.bytes_per_push() returns integer
language sql immutable parallel safe return 4194304;

-- Joins whole sits into the caller's. It takes one nameless value, because PostgREST would look into named
-- ones, and so fail at a NUL: {"sessions": [...], "erasure_id": id}, or the array alone. `erasure_id` is that of
-- the last erasure that the caller knows of: a device that has not heard of one must not upload again what
-- was erased.
--
-- It answers one value, because a set would be cut at the server's max-rows:
--   {"state": "ok" | "erased", "outcomes": [...], "before": {seq, history_id}, "after": {seq, history_id}, "erasure_id": id}
-- with one outcome for each element, in their order: accepted (it is there as it was sent, since this call),
-- unchanged (it was there as it was sent), merged (with the row that came of it) or rejected (with a reason).
-- Another account may have a sit of the same id: neither is told of the other's.
--
-- Errors: PT400 no array, PT401 nobody signed in, PT410 the account was deleted, PT412 it has no profile, PT413 too
-- much for one call, PT429 too much for one day, 55P03 other pushes of the account are waiting, or one has held the
-- lock for too long.
create function public.push_sessions(json) returns json
language plpgsql security invoker set search_path = '' set timezone = 'UTC' as $$
declare
  before zafu.head;
  sent zafu.sent[];
  fresh zafu.sit[];
  changed zafu.sit[];
  outcomes text;
  mark text := substr(gen_random_uuid()::text, 20); -- nobody can have written it
  said json;
  sessions json;
  elements json[];
  unread json[];
  erased uuid;
begin
  if octet_length($1::text) > zafu.bytes_per_push() then
    raise exception 'more than % bytes in one call', zafu.bytes_per_push()
      using errcode = 'PT413', hint = 'Send the sits in parts.';
  end if;
  -- Before anything is parsed, so that one account has one push parsed at a time. And a statement of its own:
  -- one that locks and reads would read what was before it waited.
  perform zafu.lock_own_head();
  before := zafu.own_head();
  -- Each look into it reads all of it: it is looked into as seldom as can be.
  said := case when strpos($1::text, '\u') = 0 then $1
    else zafu.without_unspeakable($1::text, mark)::json end;
  if json_typeof(said) = 'object' then
    select r.sessions, zafu.read_uuid(r.erasure_id) into sessions, erased
    from json_to_record(said) as r (sessions json, erasure_id text);
  else
    sessions := said;
  end if;
  if sessions is null or json_typeof(sessions) <> 'array' then
    raise exception 'sessions must be an array' using errcode = 'PT400';
  end if;
  elements := array(select json_array_elements(sessions));
  if cardinality(elements) > zafu.rows_per_push() then
    raise exception 'more than % sits in one call', zafu.rows_per_push()
      using errcode = 'PT413', hint = 'Send them in parts.';
  end if;

  if before.erased is not null and before.erased is distinct from erased then
    return zafu.push_answer('erased', null, before, before);
  end if;

  sent := array(select s::zafu.sent from zafu.those_there(elements) as s);
  if cardinality(sent) = cardinality(elements) then
    -- Nothing is news, nothing is written, and what was just seen need not be looked at again.
    select string_agg(concat('{"id":"', s.id, '","outcome":"unchanged"}'), ',' order by s.place)
    into outcomes from unnest(sent) as s;
    return zafu.push_answer('ok', outcomes, before, before);
  end if;
  begin
    unread := zafu.without(elements, sent);
    sent := sent || array(select s::zafu.sent from zafu.read_well(unread, mark) as s);
  exception when data_exception then
    -- Something in it is not even what it should be: all of it is read carefully.
  end;
  if cardinality(sent) < cardinality(elements) then
    unread := zafu.without(elements, sent);
    sent := sent || array(select s::zafu.sent from zafu.read_sits(unread, mark) as s);
  end if;

  -- One for each id, in the order in which they came first; the row that is known is the first copy.
  -- (Of a composite value, `is null` asks whether all of it is null: so it is asked of its id.)
  select array_agg(sit order by place) filter (where (known).id is null),
         array_agg(zafu.joined(known, sit) order by place)
           filter (where (known).id is not null and known is distinct from sit
                   and zafu.joined(known, sit) is distinct from known)
  into fresh, changed
  from (
    select s.sit, s.place, k.sit as known
    from (
      select zafu.join_all(ordered.sit) as sit, min(ordered.place) as place
      from (
        select u.sit, u.place from unnest(sent) as u where (u.sit).id is not null order by u.place
      ) as ordered
      group by (ordered.sit).id
    ) as s
    left join lateral (
      select zafu.sit_of(t) as sit from public.sessions t
      where t.id = (s.sit).id and t.userid = (select auth.uid())
      offset 0 -- or else the row would be made anew for each of its columns
    ) as k on true
    offset 0
  ) as each;

  if fresh is not null then
    insert into public.sessions (
      id, startedat, sitlength, satlength, iscompleted, completedat, endedat, createdat, utcoffset, deviceid,
      source, note, label, correctedstart, correctedlength, detailsrevision, detailsdevice, deletedat,
      deletionrevision, deletiondevice
    )
    select f.id, f.startedat, f.sitlength, f.satlength, f.iscompleted, f.completedat, f.endedat, f.createdat,
      f.utcoffset, f.deviceid, f.source, f.note, f.label, f.correctedstart, f.correctedlength,
      f.detailsrevision, f.detailsdevice, f.deletedat, f.deletionrevision, f.deletiondevice
    from unnest(fresh) as f;
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

  -- What is there now is read back: an outcome says what is, not what was meant.
  select string_agg(case
      when s.reason is not null
        then json_build_object('id', s.id, 'outcome', 'rejected', 'reason', s.reason)::text
      when k.seq is null then null -- nothing is said of a row that is not there: the device sends it again
      -- What was there already is so still, unless another element of the call has changed it.
      when case when (s.sit).id is null then k.seq > before.seq else k.sit is distinct from s.sit end
        then json_build_object('id', s.id, 'outcome', 'merged', 'row', k.sit)::text
      -- By hand: there are thousands of these.
      when k.seq > before.seq then concat('{"id":', to_json(s.id), ',"outcome":"accepted"}')
      else concat('{"id":', to_json(s.id), ',"outcome":"unchanged"}')
    end, ',' order by s.place)
  into outcomes
  from unnest(sent) as s
  left join lateral (
    select t.seq, zafu.sit_of(t) as sit from public.sessions t
    -- (A coalesce would keep the index from being used: it counts as something that could tell of rows which
    -- the policy hides.)
    where t.id = case when s.reason is null then
        case when (s.sit).id is null then s.id::uuid else (s.sit).id end
      end
      and t.userid = (select auth.uid())
    offset 0
  ) as k on true;

  return zafu.push_answer('ok', outcomes, before, zafu.own_head());
end $$;
