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
-- returns equals the text only if every digit is in its position. An offset or rounding can lead out of the years that
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
  ordinal integer,      -- position in the array, from 1
  id      text,         -- as sent
  session zafu.session, -- null if rejected
  reason  text          -- null unless rejected: names the first field that is not valid, or the rule that is violated
);

-- Reads one element. `placeholder` replaces what could not be stored.
create function zafu.read_element(ordinal integer, value json, placeholder text) returns zafu.push_element
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
    zafu.read_uuid(sent.deletiondevice)
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

