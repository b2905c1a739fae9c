-- Labels: what the keys in sessions.label are called, how they look, and which were merged or deleted.
--
-- A session has the key of its label. A key without a row here is shown as it is. So renaming, merging or deleting a
-- label writes one row and no session.
--
-- Clients read the table, and write only through `sync_labels`: at once all that a device has changed, in any order,
-- any number of times. The authority for merging is `label.rs` in the crate zafu-core.

-- Returns a text that can be the key or the name of a label; null if it cannot: 1 to 1,024 bytes, no control character.
create function zafu.read_label_text(value text) returns text
language sql immutable parallel safe
return case
  -- Not "between": a dump would write that in another form, which the health check would take for a change.
  when octet_length(value) >= 1 and octet_length(value) <= 1024 and value !~ '[\u0001-\u001f\u007f-\u009f]'
    then value
end;

create function zafu.read_label_colour(value text) returns text
language sql immutable parallel safe
return case when value in ('red', 'orange', 'yellow', 'green', 'teal', 'blue', 'violet', 'pink') then value end;

create function zafu.read_label_shape(value text) returns text
language sql immutable parallel safe
return case when value in ('circle', 'square', 'triangle', 'diamond', 'star', 'cross') then value end;

create table public.labels (
  userid      uuid not null default auth.uid() references public.users (id) on delete cascade,
  key         text not null check (zafu.read_label_text(key) is not null), -- never changes
  -- The details, a register: the higher revision wins; of equal revisions, the higher device id.
  name        text not null check (zafu.read_label_text(name) is not null),
  colour      text not null check (zafu.read_label_colour(colour) is not null),
  shape       text not null check (zafu.read_label_shape(shape) is not null),
  merged_into text check (merged_into is null or zafu.read_label_text(merged_into) is not null), -- a key
  is_deleted  boolean not null,
  revision    bigint not null check (revision between 1 and zafu.max_revision()),
  deviceid    uuid not null,
  primary key (userid, key)
);

-- The seq of the last change of a user's labels; 0: there was none since the account was created or erased.
alter table zafu.sync_state add column labels_seq bigint not null default 0;
alter type zafu.head add attribute labels_seq bigint;

create or replace function zafu.own_head() returns zafu.head
language sql stable security definer set search_path = '' as $$
  select s.seq, s.history_id, e.id, e.createdat, s.labels_seq
  from zafu.sync_state s
  left join lateral (
    select h.id, h.createdat from zafu.history h
    where h.userid = s.userid and h.reason = 'erased' order by h.seq desc limit 1
  ) as e on true
  where s.userid = (select auth.uid())
$$;

-- The fields of a label that clients write: what goes over the wire, and what is merged.
create type zafu.label as (
  key text, name text, colour text, shape text, merged_into text, is_deleted boolean, revision bigint, deviceid uuid
);
-- The same as text.
create type zafu.label_text as (
  key text, name text, colour text, shape text, merged_into text, is_deleted text, revision text, deviceid text
);

-- One element of the labels that a device sends.
create type zafu.label_element as (
  ordinal integer,    -- position in the array, from 1
  key     text,       -- as sent; null if it is not valid
  label   zafu.label, -- null if rejected
  reason  text        -- null unless rejected: names the first field that is not valid
);

-- Reads one element, as zafu.read_element does. `placeholder` replaces what could not be stored.
create function zafu.read_label(ordinal integer, value json, placeholder text) returns zafu.label_element
language plpgsql stable as $$
declare
  sent zafu.label_text;
  label zafu.label;
  reason text;
begin
  if json_typeof(value) <> 'object' then
    return row(ordinal, null, null, 'not_an_object')::zafu.label_element;
  end if;
  sent := json_populate_record(null::zafu.label_text, value);
  label := row(
    zafu.read_label_text(sent.key),
    zafu.read_label_text(sent.name),
    zafu.read_label_colour(sent.colour),
    zafu.read_label_shape(sent.shape),
    zafu.read_label_text(sent.merged_into),
    zafu.read_boolean(sent.is_deleted),
    zafu.read_integer(sent.revision, 1, zafu.max_revision()),
    zafu.read_uuid(sent.deviceid)
  );
  reason := case
    when strpos(value::text, placeholder) > 0 then 'bad_text'
    when label.key is null then 'bad_key'
    when label.name is null then 'bad_name'
    when label.colour is null then 'bad_colour'
    when label.shape is null then 'bad_shape'
    when label.merged_into is null and sent.merged_into is not null then 'bad_merged_into'
    when label.is_deleted is null then 'bad_is_deleted'
    when label.revision is null then 'bad_revision'
    when label.deviceid is null then 'bad_deviceid'
  end;
  if strpos(sent.key, placeholder) > 0 then
    return row(ordinal, null, null, reason)::zafu.label_element;
  elsif reason is not null then
    return row(ordinal, label.key, null, reason)::zafu.label_element;
  end if;
  return row(ordinal, label.key, label, null)::zafu.label_element;
end $$;

create function zafu.labels_per_account() returns integer
language sql immutable parallel safe return 2000;

-- Merges labels into the caller's, with the rights of the owner of the table: clients may not write it. The first of
-- several copies of the same revision and device counts, and the stored one before all. Each label that changes counts
-- as a change of the day. Returns the keys that had no room. The caller holds the lock.
create function zafu.store_labels(sent zafu.label[]) returns text[]
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := auth.uid();
  room bigint;
  changes bigint;
  bytes bigint;
  without_room text[];
begin
  select zafu.labels_per_account() - count(*) into room from public.labels l where l.userid = user_id;
  with latest as (
    select distinct on (s.key) s.*
    from unnest(sent) with ordinality
      as s (key, name, colour, shape, merged_into, is_deleted, revision, deviceid, ordinal)
    order by s.key, s.revision desc, s.deviceid desc, s.ordinal
  ), numbered as materialized (
    select l.*, t.key is not null as is_known,
      row_number() over (partition by t.key is not null order by l.ordinal) as number
    from latest l left join public.labels t on t.userid = user_id and t.key = l.key
  ), written as (
    insert into public.labels as t (userid, key, name, colour, shape, merged_into, is_deleted, revision, deviceid)
    select user_id, n.key, n.name, n.colour, n.shape, n.merged_into, n.is_deleted, n.revision, n.deviceid
    from numbered n where n.is_known or n.number <= room
    on conflict (userid, key) do update
      set name = excluded.name, colour = excluded.colour, shape = excluded.shape, merged_into = excluded.merged_into,
          is_deleted = excluded.is_deleted, revision = excluded.revision, deviceid = excluded.deviceid
      where row(excluded.revision, excluded.deviceid) > row(t.revision, t.deviceid)
    returning zafu.bytes_per_row() + octet_length(t.key) + octet_length(t.name)
      + coalesce(octet_length(t.merged_into), 0) as bytes
  )
  select (select count(*) from written), (select sum(w.bytes) from written w),
    (select array_agg(n.key) from numbered n where not n.is_known and n.number > room)
  into changes, bytes, without_room;
  if changes > 0 then
    perform zafu.advance_head(user_id, nextval('zafu.seq'), 'written', 0, changes, bytes, 0, '{0,0,0,0}');
    update zafu.sync_state s set labels_seq = s.seq where s.userid = user_id;
  end if;
  return coalesce(without_room, '{}');
end $$;

-- Merges labels into the caller's, in any order, any number of times, and returns all of them. The only parameter has
-- no name, as that of push_sessions. It is
--   {"labels": [...], "erasure_id": id}
-- with the fields of zafu.label for each, and the last erasure that the caller knows of. Without labels, it only reads,
-- and neither waits for a push nor counts towards a limit.
--
-- Returns one value:
--   {"state": "ok" | "erased", "labels": [...], "rejected": [{"key", "reason"}, ...], "labels_seq": seq,
--    "before": {seq, history_id}, "after": {seq, history_id}, "erasure_id": id}
-- with all labels of the caller after the merge, and each element that was rejected; "key" is null if it is not valid.
-- "labels_seq" is the seq of the last change of the labels; `pull_sessions` returns it too. "erased": nothing was
-- stored, because the account's data were erased and the caller does not know of it.
--
-- Errors: as push_sessions.
create function public.sync_labels(json) returns json
language plpgsql security invoker set search_path = '' set timezone = 'UTC' as $$
declare
  placeholder text := substr(gen_random_uuid()::text, 20); -- no client can have sent it
  before zafu.head;
  body json;
  labels json;
  known_erasure uuid;
  elements zafu.label_element[] := '{}';
  without_room text[] := '{}';
  response json;
begin
  if auth.uid() is null then
    raise exception 'not signed in' using errcode = 'PT401', hint = 'The token contains no user.';
  end if;
  if octet_length($1::text) > zafu.bytes_per_push() then
    raise exception 'more than % bytes in one call', zafu.bytes_per_push()
      using errcode = 'PT413', hint = 'Send fewer labels per call.';
  end if;
  body := case when strpos($1::text, '\u') = 0 then $1
    else zafu.replace_unstorable_escapes($1::text, placeholder)::json end;
  if json_typeof(body) = 'object' then
    select b.labels, zafu.read_uuid(b.erasure_id) into labels, known_erasure
    from json_to_record(body) as b (labels json, erasure_id text);
  end if;
  if labels is null or json_typeof(labels) <> 'array' then
    raise exception 'labels must be an array' using errcode = 'PT400';
  end if;
  if json_array_length(labels) > zafu.labels_per_account() then
    raise exception 'more than % labels in one call', zafu.labels_per_account()
      using errcode = 'PT413', hint = 'Send fewer labels per call.';
  end if;
  if json_array_length(labels) > 0 then
    perform zafu.lock_own_sessions();
  end if;
  before := zafu.own_head();
  if before is null then
    perform zafu.raise_no_profile();
  end if;
  if before.erasure_id is not null and before.erasure_id is distinct from known_erasure then
    return json_build_object(
      'state', 'erased', 'labels', '[]'::json, 'rejected', '[]'::json, 'labels_seq', before.labels_seq,
      'before', json_build_object('seq', before.seq, 'history_id', before.history_id),
      'after', json_build_object('seq', before.seq, 'history_id', before.history_id), 'erasure_id', before.erasure_id
    );
  end if;
  if json_array_length(labels) > 0 then
    elements := array(
      select zafu.read_label(e.ordinal::integer, e.value, placeholder)
      from json_array_elements(labels) with ordinality as e (value, ordinal)
    );
    without_room := zafu.store_labels(array(
      select e.label from unnest(elements) as e where e.reason is null order by e.ordinal
    ));
  end if;
  -- One statement, so that labels and heads are of one snapshot also without the lock.
  select json_build_object(
    'state', 'ok',
    'labels', (
      select coalesce(json_agg(row_to_json(row(
        l.key, l.name, l.colour, l.shape, l.merged_into, l.is_deleted, l.revision, l.deviceid
      )::zafu.label) order by l.key), '[]')
      from public.labels l where l.userid = (select auth.uid())
    ),
    'rejected', (
      select coalesce(json_agg(json_build_object(
        'key', e.key, 'reason', coalesce(e.reason, 'too_many_labels')
      ) order by e.ordinal), '[]')
      from unnest(elements) as e where e.reason is not null or e.key = any (without_room)
    ),
    'labels_seq', head.labels_seq,
    'before', case when elements = '{}' then json_build_object('seq', head.seq, 'history_id', head.history_id)
      else json_build_object('seq', before.seq, 'history_id', before.history_id) end,
    'after', json_build_object('seq', head.seq, 'history_id', head.history_id),
    'erasure_id', head.erasure_id
  )
  into response
  from zafu.own_head() as head;
  return response;
end $$;

-- A user reads their own labels.
alter table public.labels enable row level security;
revoke all on public.labels from public, anon, authenticated, service_role;
grant select on public.labels to authenticated;
create policy select_own_labels on public.labels for select to authenticated
  using (userid = (select auth.uid()));

revoke all on function public.sync_labels(json), zafu.read_label_text(text), zafu.read_label_colour(text),
  zafu.read_label_shape(text), zafu.read_label(integer, json, text), zafu.labels_per_account(),
  zafu.store_labels(zafu.label[])
  from public, anon, authenticated, service_role;
grant execute on function public.sync_labels(json), zafu.read_label_text(text), zafu.read_label_colour(text),
  zafu.read_label_shape(text), zafu.read_label(integer, json, text), zafu.labels_per_account(),
  zafu.store_labels(zafu.label[])
  to authenticated;

-- What follows replaces functions of earlier migrations; their comments are there. Erasing removes labels too, and a
-- pull returns `labels_seq`: the seq of the last change of the labels.

create or replace function zafu.erase_own_data() returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := auth.uid();
begin
  if user_id is null then
    raise exception 'not signed in' using errcode = 'PT401', hint = 'The token contains no user.';
  end if;
  if not exists (select 1 from zafu.sync_state where userid = user_id) then
    perform zafu.raise_no_profile();
  end if;
  -- The partners too, and all in one call: their partnerships end here.
  perform zafu.lock_users(zafu.user_and_partners(user_id));
  update public.partnerships set endedat = greatest(now(), startedat)
  where user_id in (userid, partnerid) and endedat is null;
  delete from public.sessions where userid = user_id;
  delete from public.labels where userid = user_id;
  update zafu.sync_state set labels_seq = default where userid = user_id;
  update public.users
  set name = default, weeklytarget = default, usualsitlength = default, image = null, invitecode = null
  where id = user_id;
  return zafu.advance_head(user_id, nextval('zafu.seq'), 'erased', 0, 1, zafu.bytes_per_row(), 0, '{0,0,0,0}');
end $$;

create or replace function public.pull_sessions(
  after_seq bigint default null,
  after_history_id uuid default null,
  max_rows integer default null,
  max_bytes integer default null
) returns json
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC' as $$
declare
  head zafu.head := zafu.own_head();
  row_limit integer := least(greatest(coalesce(max_rows, 2000), 1), zafu.rows_per_push());
  byte_limit integer := least(greatest(coalesce(max_bytes, 1048576), 1), zafu.bytes_per_push());
  cursor_state text :=
    case when after_history_id is null then 'known' else zafu.cursor_state(after_history_id, after_seq) end;
  rows json;
  last_seq bigint;
begin
  if auth.uid() is null then
    raise exception 'not signed in' using errcode = 'PT401', hint = 'The token contains no user.';
  end if;
  if head is null then
    perform zafu.raise_no_profile();
  end if;
  if (after_seq is null) <> (after_history_id is null) or cursor_state = 'unknown' then
    return json_build_object(
      'state', 'diverged', 'rows', '[]'::json, 'more', true,
      'next', null, 'head', json_build_object('seq', head.seq, 'history_id', head.history_id), 'compare', false,
      'erasure_id', head.erasure_id, 'erasedat', head.erasedat, 'labels_seq', head.labels_seq
    );
  end if;

  -- Limited by an estimate of each row's size, before any JSON is built. The first row is always included.
  with candidate as (
    select seq, session, row_number() over by_seq as row_count, sum(size) over by_seq as total_size
    from (
      select t.seq, zafu.as_session(t) as session, 700 + octet_length(t.note) + octet_length(t.label) as size
      from public.sessions t
      where t.userid = (select auth.uid()) and t.seq > coalesce(after_seq, 0)
      order by t.seq limit row_limit
    ) as found
    window by_seq as (order by seq rows unbounded preceding)
  )
  select json_agg(row_to_json(session) order by seq), max(seq)
  into rows, last_seq
  from candidate where total_size <= byte_limit or row_count = 1;

  last_seq := coalesce(last_seq, head.seq);
  return json_build_object(
    'state', 'ok',
    'rows', coalesce(rows, '[]'::json),
    'next', json_build_object('seq', last_seq, 'history_id', head.history_id),
    'more', last_seq < head.seq,
    'compare', cursor_state = 'pruned',
    'head', json_build_object('seq', head.seq, 'history_id', head.history_id),
    'erasure_id', head.erasure_id, 'erasedat', head.erasedat, 'labels_seq', head.labels_seq
  );
end $$;
