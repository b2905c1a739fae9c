-- zafu_health: whether this server is what the app takes it for. The app asks before it syncs, and stops,
-- keeping everything, where the answer is not as it must be.

-- What roles may do here, one line for each privilege that is meant: "role privilege what".
create function zafu.meant_privileges() returns setof text
language sql stable set search_path = '' as $$
  select 'authenticated ' || g.privilege || ' ' || g.relation || '.' || c.name
  from (values
    ('SELECT', 'public.users', array['id', 'name', 'email', 'weeklytarget', 'usualsitlength', 'image',
      'pairing_status', 'createdat']),
    ('UPDATE', 'public.users', array['name', 'weeklytarget', 'usualsitlength', 'image']),
    ('INSERT', 'public.sessions', array['id', 'startedat', 'sitlength', 'satlength', 'iscompleted',
      'completedat', 'endedat', 'madeat', 'utcoffset', 'deviceid', 'source', 'note', 'label',
      'correctedstart', 'correctedlength', 'detailsrevision', 'detailsdevice', 'deletedat',
      'deletionrevision', 'deletiondevice']),
    ('UPDATE', 'public.sessions', array['startedat', 'sitlength', 'satlength', 'iscompleted',
      'completedat', 'endedat', 'note', 'label', 'correctedstart', 'correctedlength', 'detailsrevision',
      'detailsdevice', 'deletedat', 'deletionrevision', 'deletiondevice'])
  ) as g (privilege, relation, columns)
  cross join lateral unnest(g.columns) as c (name)
  union all
  select 'authenticated SELECT ' || g.relation || '.' || a.attname
  from (values ('public.sessions'), ('public.partnerships'), ('public.weeks')) as g (relation)
  join pg_catalog.pg_attribute a on a.attrelid = to_regclass(g.relation)
  where a.attnum > 0 and not a.attisdropped
  union all
  select 'authenticated EXECUTE ' || g.function
  from (values
    ('public.push_sessions'), ('public.pull_sessions'), ('public.digest_sessions'),
    ('public.erase_account'), ('public.zafu_health'),
    ('zafu.read_uuid'), ('zafu.read_whole'), ('zafu.read_truth'), ('zafu.read_text'),
    ('zafu.is_day_and_time'), ('zafu.read_moment'),
    ('zafu.without_unspeakable'), ('zafu.written'), ('zafu.those_there'), ('zafu.read_well'),
    ('zafu.without'), ('zafu.push_answer'), ('zafu.read_sits'), ('zafu.sit_of'), ('zafu.stage'), ('zafu.joined'),
    ('zafu.join_all'), ('zafu.last_revision'), ('zafu.rows_a_push'), ('zafu.bytes_a_push'), ('zafu.new_ids_a_day'),
    ('zafu.lock_own_head'), ('zafu.own_head'), ('zafu.refuse_without_profile'), ('zafu.has_been_at'),
    ('zafu.erase_own'),
    ('zafu.own_partnerships'), ('zafu.meant_privileges'), ('zafu.actual_privileges'),
    ('zafu.meant_policies')
  ) as g (function)
  union all
  select 'anon EXECUTE ' || g.function
  from (values
    ('public.zafu_health'), ('zafu.meant_privileges'), ('zafu.actual_privileges'), ('zafu.meant_policies'),
    ('zafu.rows_a_push'), ('zafu.bytes_a_push'), ('zafu.new_ids_a_day')
  ) as g (function)
$$;

-- What roles may do here in truth, whether granted to them, to a role they are members of, or to everyone.
create function zafu.actual_privileges() returns setof text
language sql stable set search_path = '' as $$
  with role (name) as (values ('anon'), ('authenticated')),
  relation as (
    select c.oid, format('%s.%s', n.nspname, c.relname) as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm')
      and (n.nspname = 'zafu'
        or n.nspname = 'public' and c.relname in ('users', 'partnerships', 'weeks', 'sessions'))
  )
  select format('%s %s %s.%s', role.name, p.name, relation.name, a.attname)
  from role cross join relation
  cross join (values ('SELECT'), ('INSERT'), ('UPDATE'), ('REFERENCES')) as p (name)
  join pg_catalog.pg_attribute a on a.attrelid = relation.oid and a.attnum > 0 and not a.attisdropped
  where has_column_privilege(role.name, relation.oid, a.attnum, p.name)
  union all
  select format('%s %s %s', role.name, p.name, relation.name)
  from role cross join relation cross join (values ('DELETE'), ('TRUNCATE'), ('TRIGGER')) as p (name)
  where has_table_privilege(role.name, relation.oid, p.name)
  union all
  select format('%s EXECUTE %s.%s', role.name, n.nspname, f.proname)
  from role cross join pg_catalog.pg_proc f join pg_catalog.pg_namespace n on n.oid = f.pronamespace
  where (n.nspname = 'zafu' or n.nspname = 'public' and f.proname in
      ('push_sessions', 'pull_sessions', 'digest_sessions', 'erase_account', 'zafu_health'))
    and has_function_privilege(role.name, f.oid, 'EXECUTE')
  union all
  select format('%s CREATE schema %s', role.name, s.name)
  from role cross join (values ('public'), ('zafu')) as s (name)
  where has_schema_privilege(role.name, s.name, 'CREATE')
  union all
  select format('%s USAGE sequence zafu.seq', role.name)
  from role where has_sequence_privilege(role.name, 'zafu.seq', 'USAGE, SELECT, UPDATE')
  union all
  select format('%s BYPASSRLS', r.rolname)
  from role join pg_catalog.pg_roles r on r.rolname = role.name
  where r.rolbypassrls or r.rolsuper
$$;

create function zafu.meant_policies() returns setof text
language sql immutable set search_path = '' as $$
  values ('users.own_profile_is_seen'), ('users.own_profile_is_changed'),
    ('sessions.own_sits_are_seen'), ('sessions.own_sits_are_made'), ('sessions.own_sits_are_changed'),
    ('partnerships.own_partnerships_are_seen'), ('weeks.own_weeks_are_seen')
$$;

-- {"schema": 1, "oldest_client": "0.1.0", "rls": bool, "unprotected": [tables], "surplus": [privileges and
--  policies that are more than is meant], "missing": [those that are less], "limits": {...}}
--
-- "schema" grows with every change that a client could notice; additions stop nobody. A client older than
-- "oldest_client" stops and says so. It is well where "rls" is true and "surplus" and "missing" are empty.
-- Anyone may ask, also before signing in: it tells nothing of anybody.
create function public.zafu_health() returns json
language sql stable security invoker set search_path = '' as $$
  with unprotected as (
    select format('%s.%s', n.nspname, c.relname) as what
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relrowsecurity
      and (n.nspname = 'zafu'
        or n.nspname = 'public' and c.relname in ('users', 'partnerships', 'weeks', 'sessions'))
  ), policy as (
    select format('%s.%s', p.tablename, p.policyname) as what
    from pg_catalog.pg_policies p
    where p.schemaname = 'zafu'
      or p.schemaname = 'public' and p.tablename in ('users', 'partnerships', 'weeks', 'sessions')
  ), surplus as (
    (select * from zafu.actual_privileges() except select * from zafu.meant_privileges())
    union all
    (select 'policy ' || what from policy
     except select 'policy ' || p from zafu.meant_policies() as p)
  ), missing as (
    (select * from zafu.meant_privileges() except select * from zafu.actual_privileges())
    union all
    (select 'policy ' || p from zafu.meant_policies() as p
     except select 'policy ' || what from policy)
  )
  select json_build_object(
    'schema', 1,
    'oldest_client', '0.1.0',
    'rls', not exists (select 1 from unprotected),
    'unprotected', (select coalesce(json_agg(what order by what), '[]') from unprotected),
    'surplus', (select coalesce(json_agg(actual_privileges order by 1), '[]') from surplus),
    'missing', (select coalesce(json_agg(meant_privileges order by 1), '[]') from missing),
    'limits', json_build_object(
      'rows_a_push', zafu.rows_a_push(),
      'bytes_a_push', zafu.bytes_a_push(),
      'new_ids_a_day', zafu.new_ids_a_day()
    )
  )
$$;

revoke all on function zafu.meant_privileges(), zafu.actual_privileges(), zafu.meant_policies(),
  public.zafu_health() from public, anon, authenticated, service_role;
grant usage on schema zafu to anon;
grant execute on function zafu.meant_privileges(), zafu.actual_privileges(), zafu.meant_policies(),
  zafu.rows_a_push(), zafu.bytes_a_push(), zafu.new_ids_a_day(), public.zafu_health()
  to anon, authenticated;
