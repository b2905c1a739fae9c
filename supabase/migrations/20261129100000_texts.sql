-- Whether the notes and the labels of a user stay on their devices: a register, which `sync_partner` stores and
-- `pull_sessions` returns. A device obeys with its next pull: before it sends anything after a start, a sign-in or an outage,
-- and within ten minutes while it runs. The server obeys nothing: the devices send sessions without texts, and no labels.

-- Without a row, the user has never chosen, and the devices send everything. An erasure does not change it.
create table zafu.kept_texts (
  userid   uuid primary key references public.users (id) on delete cascade,
  keeps    boolean not null,
  revision bigint not null check (revision between 1 and zafu.max_revision()),
  deviceid uuid not null
);
alter table zafu.kept_texts enable row level security;
revoke all on zafu.kept_texts from public, anon, authenticated, service_role;

-- Stores {"keeps": bool, "revision", "deviceid"} and returns the outcome, as other registers do. The caller holds the
-- lock of the user.
create function zafu.store_keeps_texts(user_id uuid, sent json) returns text
language plpgsql security definer set search_path = '' as $$
declare
  stored zafu.kept_texts;
  new_keeps boolean;
  new_revision bigint;
  new_device uuid;
  outcome text;
begin
  if json_typeof(sent) <> 'object' then
    return 'not_an_object';
  end if;
  new_keeps := zafu.read_boolean(sent ->> 'keeps');
  new_revision := zafu.read_integer(sent ->> 'revision', 1, zafu.max_revision());
  new_device := zafu.read_uuid(sent ->> 'deviceid');
  if new_keeps is null then
    return 'bad_keeps';
  end if;
  select k.* into stored from zafu.kept_texts k where k.userid = user_id;
  outcome := zafu.register_outcome(coalesce(stored.revision, 0), stored.deviceid, new_revision, new_device);
  if outcome = 'stored' then
    insert into zafu.kept_texts (userid, keeps, revision, deviceid)
    values (user_id, new_keeps, new_revision, new_device)
    on conflict (userid) do update
    set keeps = excluded.keeps, revision = excluded.revision, deviceid = excluded.deviceid;
    perform zafu.count_changes(user_id, 1);
  end if;
  return case outcome when 'unchanged' then 'stored' else outcome end;
end $$;

-- Returns the register of the caller, with revision 0 if the user has never chosen.
create function zafu.own_keeps_texts() returns json
language sql stable security definer set search_path = '' as $$
  select json_build_object('keeps', coalesce(k.keeps, false), 'revision', coalesce(k.revision, 0), 'deviceid', k.deviceid)
  from (select auth.uid() as id) as caller left join zafu.kept_texts k on k.userid = caller.id
$$;

revoke all on function zafu.store_keeps_texts(uuid, json), zafu.own_keeps_texts()
  from public, anon, authenticated, service_role;
grant execute on function zafu.own_keeps_texts() to authenticated;

-- What follows replaces functions of earlier migrations; their comments are there. `sync_partner` takes one more part,
-- "keeps_texts", and `pull_sessions` returns it.

create or replace function zafu.sync_partner_of_caller(body json) returns json
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := auth.uid();
  sent record;
  has_changes boolean;
  head zafu.head;
  part record;
  read zafu.partner_part;
  outcomes jsonb := '{}';
  outcome text;
  seq bigint;
  view json;
begin
  if user_id is null then
    raise exception 'not signed in' using errcode = 'PT401', hint = 'The token contains no user.';
  end if;
  select b.* into sent from json_to_record(zafu.read_body(body)) as b (
    profile json, target json, privacy json, bow json, leave json, keeps_texts json, known_partner_seq text,
    erasure_id text
  );
  has_changes := coalesce(sent.profile, sent.target, sent.privacy, sent.bow, sent.leave, sent.keeps_texts) is not null;
  if sent.leave is not null then
    perform zafu.lock_user_and_partner(user_id);
  elsif has_changes then
    perform zafu.lock_own_sessions();
  end if;
  head := zafu.own_head();
  if head is null then
    perform zafu.raise_no_profile();
  end if;
  if head.erasure_id is not null and head.erasure_id is distinct from zafu.read_uuid(sent.erasure_id) then
    return json_build_object(
      'state', 'erased', 'partner_seq', zafu.partner_seq(user_id), 'outcomes', outcomes, 'erasure_id', head.erasure_id
    );
  end if;
  if sent.profile is not null or sent.target is not null then
    outcomes := zafu.store_profile_and_target(user_id, sent.profile, sent.target);
  end if;
  for part in
    select * from (values
      (1, 'privacy', sent.privacy), (2, 'bow', sent.bow), (3, 'leave', sent.leave)
    ) as p (ordinal, name, value)
    where p.value is not null order by p.ordinal
  loop
    if json_typeof(part.value) <> 'object' then
      outcome := 'not_an_object';
    else
      read := json_populate_record(null::zafu.partner_part, part.value);
      outcome := case part.name
        when 'privacy' then zafu.store_privacy(user_id, read)
        when 'bow' then zafu.store_bow(user_id, read)
        else zafu.store_leave(user_id, read)
      end;
    end if;
    outcomes := outcomes || jsonb_build_object(part.name, outcome);
  end loop;
  if sent.keeps_texts is not null then
    outcomes := outcomes || jsonb_build_object('keeps_texts', zafu.store_keeps_texts(user_id, sent.keeps_texts));
  end if;
  if not has_changes then
    seq := zafu.partner_seq(user_id);
    if seq = zafu.read_integer(sent.known_partner_seq, 0, 99999999999) then
      return json_build_object('state', 'unchanged', 'partner_seq', seq, 'outcomes', outcomes);
    end if;
  end if;
  -- One statement, so that both are of one snapshot also without the lock.
  select zafu.partner_seq(user_id), zafu.partner_view(user_id) into seq, view;
  return json_build_object(
    'state', 'ok', 'partner_seq', seq, 'outcomes', outcomes, 'profile', view -> 'profile', 'target', view -> 'target',
    'invitation', view -> 'invitation', 'partnership', view -> 'partnership',
    'shown_to_partner', view -> 'shown_to_partner', 'former', view -> 'former', 'news', view -> 'news'
  );
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
      'erasure_id', head.erasure_id, 'erasedat', head.erasedat, 'labels_seq', head.labels_seq,
      'partner_seq', zafu.own_partner_seq(), 'keeps_texts', zafu.own_keeps_texts()
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
    'erasure_id', head.erasure_id, 'erasedat', head.erasedat, 'labels_seq', head.labels_seq,
    'partner_seq', zafu.own_partner_seq(), 'keeps_texts', zafu.own_keeps_texts()
  );
end $$;

create or replace function zafu.expected_privileges() returns setof text
language sql stable set search_path = '' as $$
  select 'authenticated ' || g.privilege || ' ' || g.relation || '.' || c.name
  from (values
    ('SELECT', 'public.users', array['id', 'name', 'email', 'weeklytarget', 'usualsitlength', 'image',
      'createdat', 'profilerevision', 'profiledevice', 'targetrevision', 'targetdevice']),
    ('SELECT', 'public.partnerships', array['id', 'startedat', 'endedat', 'firstweekat', 'createdat']),
    ('SELECT', 'public.weeks', array['id', 'partnershipid', 'weeknumber', 'weekstart', 'weekend', 'inviteesits',
      'invitersits', 'weeklygoal', 'goalmet', 'createdat']),
    ('INSERT', 'public.sessions', array['id', 'startedat', 'sitlength', 'satlength', 'iscompleted',
      'completedat', 'endedat', 'createdat', 'utcoffset', 'deviceid', 'source', 'note', 'label',
      'correctedstart', 'correctedlength', 'correctedoffset', 'detailsrevision', 'detailsdevice', 'deletedat',
      'deletionrevision', 'deletiondevice']),
    ('UPDATE', 'public.sessions', array['startedat', 'sitlength', 'satlength', 'iscompleted',
      'completedat', 'endedat', 'note', 'label', 'correctedstart', 'correctedlength', 'correctedoffset',
      'detailsrevision', 'detailsdevice', 'deletedat', 'deletionrevision', 'deletiondevice'])
  ) as g (privilege, relation, columns)
  cross join lateral unnest(g.columns) as c (name)
  union all
  select 'authenticated SELECT ' || g.relation || '.' || a.attname
  from (values ('public.sessions'), ('public.labels')) as g (relation)
  join pg_catalog.pg_attribute a on a.attrelid = to_regclass(g.relation)
  where a.attnum > 0 and not a.attisdropped
  union all
  select 'authenticated EXECUTE ' || g.function
  from (values
    ('public.push_sessions'), ('public.pull_sessions'), ('public.digest_sessions'),
    ('public.sync_labels'), ('public.sync_partner'), ('public.create_invitation'), ('public.preview_invitation'),
    ('public.accept_invitation'), ('public.withdraw_invitation'), ('public.pairing_status'), ('public.erase_account'),
    ('public.zafu_health'),
    ('zafu.read_uuid'), ('zafu.read_integer'), ('zafu.read_boolean'), ('zafu.read_text'),
    ('zafu.read_timestamp'), ('zafu.replace_unstorable_escapes'), ('zafu.read_element'), ('zafu.push_response'),
    ('zafu.as_session'), ('zafu.stage'), ('zafu.merge'), ('zafu.merge_all'), ('zafu.max_revision'),
    ('zafu.rows_per_push'), ('zafu.bytes_per_push'), ('zafu.new_ids_per_day'), ('zafu.edits_per_day'),
    ('zafu.bytes_per_day'), ('zafu.lock_own_sessions'), ('zafu.own_head'), ('zafu.raise_no_profile'),
    ('zafu.read_label_text'), ('zafu.read_label_colour'), ('zafu.read_label_shape'), ('zafu.read_label'),
    ('zafu.labels_per_account'), ('zafu.store_labels'), ('zafu.cursor_state'), ('zafu.own_sync_state'),
    ('zafu.erase_own_data'), ('zafu.own_partnerships'), ('zafu.sync_partner_of_caller'), ('zafu.own_partner_seq'),
    ('zafu.create_own_invitation'), ('zafu.preview_invitation_for_caller'), ('zafu.accept_invitation_for_caller'),
    ('zafu.withdraw_own_invitation'), ('zafu.own_pairing_status'), ('zafu.own_keeps_texts'),
    ('zafu.expected_privileges'), ('zafu.actual_privileges'), ('zafu.deviations'), ('zafu.views_bypassing_rls'),
    ('zafu.api_tables'), ('zafu.api_functions')
  ) as g (function)
  union all
  select 'anon EXECUTE ' || g.function
  from (values
    ('public.zafu_health'), ('zafu.expected_privileges'), ('zafu.actual_privileges'), ('zafu.deviations'),
    ('zafu.views_bypassing_rls'), ('zafu.rows_per_push'), ('zafu.bytes_per_push'), ('zafu.new_ids_per_day'),
    ('zafu.edits_per_day'), ('zafu.bytes_per_day'), ('zafu.labels_per_account'), ('zafu.api_tables'),
    ('zafu.api_functions'), ('public.preview_invitation'), ('zafu.preview_invitation_for_anyone')
  ) as g (function)
$$;

create or replace function public.zafu_health() returns json
language sql stable security invoker set search_path = '' as $$
  with unprotected as (
    select format('%s.%s', n.nspname, c.relname) as what
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relrowsecurity
      and (n.nspname = 'zafu'
        or n.nspname = 'public' and c.relname = any (zafu.api_tables()))
  ), finding as materialized (
    select * from zafu.deviations()
    union all
    select 'surplus', p.* from (
      select * from zafu.actual_privileges() except select * from zafu.expected_privileges()
    ) as p
    union all
    select 'surplus', v.* from zafu.views_bypassing_rls() as v
    union all
    select 'missing', p.* from (
      select * from zafu.expected_privileges() except select * from zafu.actual_privileges()
    ) as p
  )
  select json_build_object(
    'schema', 5,
    'oldest_client', '0.1.0',
    'rls', not exists (select 1 from unprotected),
    'unprotected', (select coalesce(json_agg(what order by what), '[]') from unprotected),
    'surplus', (select coalesce(json_agg(what order by what), '[]') from finding where kind = 'surplus'),
    'missing', (select coalesce(json_agg(what order by what), '[]') from finding where kind = 'missing'),
    'changed', (select coalesce(json_agg(what order by what), '[]') from finding where kind = 'changed'),
    'limits', json_build_object(
      'rows_per_push', zafu.rows_per_push(),
      'bytes_per_push', zafu.bytes_per_push(),
      'new_ids_per_day', zafu.new_ids_per_day(),
      'edits_per_day', zafu.edits_per_day(),
      'bytes_per_day', zafu.bytes_per_day(),
      'labels_per_account', zafu.labels_per_account()
    )
  )
$$;

select zafu.record_definitions();
