-- The health check knows labels and corrected offsets. The tables and functions of Zafu in the schema `public` are now
-- listed once, and a migration that adds one replaces that list.

create function zafu.api_tables() returns name[]
language sql immutable parallel safe return '{users,partnerships,weeks,sessions,labels}'::name[];

create function zafu.api_functions() returns name[]
language sql immutable parallel safe
return '{push_sessions,pull_sessions,digest_sessions,sync_labels,erase_account,zafu_health}'::name[];

revoke all on function zafu.api_tables(), zafu.api_functions() from public, anon, authenticated, service_role;
grant execute on function zafu.api_tables(), zafu.api_functions(), zafu.labels_per_account() to anon, authenticated;

-- What follows replaces functions of the first health check; their comments are there.

create or replace function zafu.expected_privileges() returns setof text
language sql stable set search_path = '' as $$
  select 'authenticated ' || g.privilege || ' ' || g.relation || '.' || c.name
  from (values
    ('SELECT', 'public.users', array['id', 'name', 'email', 'weeklytarget', 'usualsitlength', 'image',
      'pairing_status', 'createdat']),
    ('UPDATE', 'public.users', array['name', 'weeklytarget', 'usualsitlength', 'image']),
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
  from (values ('public.sessions'), ('public.labels'), ('public.partnerships'), ('public.weeks')) as g (relation)
  join pg_catalog.pg_attribute a on a.attrelid = to_regclass(g.relation)
  where a.attnum > 0 and not a.attisdropped
  union all
  select 'authenticated EXECUTE ' || g.function
  from (values
    ('public.push_sessions'), ('public.pull_sessions'), ('public.digest_sessions'),
    ('public.sync_labels'), ('public.erase_account'), ('public.zafu_health'),
    ('zafu.read_uuid'), ('zafu.read_integer'), ('zafu.read_boolean'), ('zafu.read_text'),
    ('zafu.read_timestamp'), ('zafu.replace_unstorable_escapes'), ('zafu.read_element'), ('zafu.push_response'),
    ('zafu.as_session'), ('zafu.stage'), ('zafu.merge'), ('zafu.merge_all'), ('zafu.max_revision'),
    ('zafu.rows_per_push'), ('zafu.bytes_per_push'), ('zafu.new_ids_per_day'), ('zafu.edits_per_day'),
    ('zafu.bytes_per_day'), ('zafu.lock_own_sessions'), ('zafu.own_head'), ('zafu.raise_no_profile'),
    ('zafu.read_label_text'), ('zafu.read_label_colour'), ('zafu.read_label_shape'), ('zafu.read_label'),
    ('zafu.labels_per_account'), ('zafu.store_labels'), ('zafu.cursor_state'), ('zafu.own_sync_state'),
    ('zafu.erase_own_data'), ('zafu.own_partnerships'),
    ('zafu.expected_privileges'), ('zafu.actual_privileges'), ('zafu.deviations'), ('zafu.views_bypassing_rls'),
    ('zafu.api_tables'), ('zafu.api_functions')
  ) as g (function)
  union all
  select 'anon EXECUTE ' || g.function
  from (values
    ('public.zafu_health'), ('zafu.expected_privileges'), ('zafu.actual_privileges'), ('zafu.deviations'),
    ('zafu.views_bypassing_rls'), ('zafu.rows_per_push'), ('zafu.bytes_per_push'), ('zafu.new_ids_per_day'),
    ('zafu.edits_per_day'), ('zafu.bytes_per_day'), ('zafu.labels_per_account'), ('zafu.api_tables'),
    ('zafu.api_functions')
  ) as g (function)
$$;

create or replace function zafu.actual_privileges() returns setof text
language sql stable set search_path = '' as $$
  with role (name) as (values ('anon'), ('authenticated')),
  relation as (
    select c.oid, format('%s.%s', n.nspname, c.relname) as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm')
      and (n.nspname = 'zafu'
        or n.nspname = 'public' and c.relname = any (zafu.api_tables()))
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
  where (n.nspname = 'zafu' or n.nspname = 'public' and f.proname = any (zafu.api_functions()))
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

create or replace function zafu.current_definitions()
returns table (what text, aspect text, value text, is_deparsed boolean)
language sql stable security definer set search_path = '' as $$
  with relation as (
    select c.*, case n.nspname when 'zafu' then 'zafu.' else '' end || c.relname as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'zafu' and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
      or n.nspname = 'public' and c.relname = any (zafu.api_tables())
  ), function as (
    select f.*, format('%s.%s(%s)', n.nspname, f.proname, pg_get_function_identity_arguments(f.oid)) as name
    from pg_catalog.pg_proc f join pg_catalog.pg_namespace n on n.oid = f.pronamespace
    where n.nspname = 'zafu' or n.nspname = 'public' and f.proname = any (zafu.api_functions())
  )
  select 'table ' || r.name, a.aspect, a.value, false
  from relation r cross join lateral (values
    ('kind', r.relkind::text), ('owner', r.relowner::regrole::text),
    ('row level security', r.relrowsecurity::text), ('forced row level security', r.relforcerowsecurity::text)
  ) as a (aspect, value)
  where r.relkind <> 'c'
  union all
  select format('column %s.%s', r.name, c.attname), a.aspect, a.value, a.is_deparsed
  from relation r
  join pg_catalog.pg_attribute c on c.attrelid = r.oid and c.attnum > 0 and not c.attisdropped
  left join pg_catalog.pg_attrdef d on d.adrelid = r.oid and d.adnum = c.attnum
  cross join lateral (values
    ('type', format_type(c.atttypid, c.atttypmod), false), ('not null', c.attnotnull::text, false),
    ('default', pg_get_expr(d.adbin, d.adrelid), true)
  ) as a (aspect, value, is_deparsed)
  union all
  select format('constraint %s.%s', r.name, c.conname), a.aspect, a.value, a.is_deparsed
  from relation r join pg_catalog.pg_constraint c on c.conrelid = r.oid and c.contype in ('c', 'f', 'p', 'u', 'x')
  cross join lateral (values
    ('definition', pg_get_constraintdef(c.oid), true), ('validated', c.convalidated::text, false)
  ) as a (aspect, value, is_deparsed)
  union all
  select format('policy %s.%s', r.name, p.polname), a.aspect, a.value, false
  from relation r join pg_catalog.pg_policy p on p.polrelid = r.oid
  cross join lateral (values
    ('command', p.polcmd::text), ('permissive', p.polpermissive::text),
    ('roles', (
      select string_agg(case role when 0 then 'public' else role::regrole::text end, ',' order by role::regrole::text)
      from unnest(p.polroles) as role
    )),
    ('using', pg_get_expr(p.polqual, p.polrelid)), ('with check', pg_get_expr(p.polwithcheck, p.polrelid))
  ) as a (aspect, value)
  where exists ( -- only roles of the API matter
    select 1 from unnest(p.polroles) as granted (role)
    where case when granted.role = 0 then true
      else pg_has_role('anon', granted.role, 'MEMBER') or pg_has_role('authenticated', granted.role, 'MEMBER') end
  )
  union all
  -- Triggers of constraints have generated names, so they are combined per table.
  select case
      when t.tgisinternal then format('constraints of %s', c.relname)
      else format('trigger %s.%s', c.relname, t.tgname)
    end, a.aspect, string_agg(distinct a.value, ',' order by a.value), false
  from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
  cross join lateral (values
    ('enabled', t.tgenabled::text), ('function', t.tgfoid::regproc::text), ('timing', t.tgtype::text)
  ) as a (aspect, value)
  where (t.tgrelid in (select oid from relation) or t.tgname like 'zafu\_%')
    and (not t.tgisinternal or a.aspect = 'enabled')
  group by 1, 2
  union all
  select 'function ' || f.name, a.aspect, a.value, a.is_deparsed
  from function f
  cross join lateral (values
    ('body', md5(f.prosrc), false),
    -- A body in the form `return ...` has no source text.
    ('expression', md5(pg_get_function_sqlbody(f.oid)), true),
    ('owner', f.proowner::regrole::text, false), ('security definer', f.prosecdef::text, false),
    ('settings', ( -- without timeouts, which the owner may tune
      select string_agg(s, ',' order by s) from unnest(f.proconfig) as s where s not like '%\_timeout=%'
    ), false), ('volatility', f.provolatile::text, false),
    ('result', pg_get_function_result(f.oid), false),
    ('language', (select l.lanname::text from pg_catalog.pg_language l where l.oid = f.prolang), false),
    ('steps', (select g.aggtransfn::text from pg_catalog.pg_aggregate g where g.aggfnoid = f.oid), false)
  ) as a (aspect, value, is_deparsed)
  union all
  select format('rule %s.%s', c.relname, r.rulename), 'enabled', r.ev_enabled::text, false
  from pg_catalog.pg_rewrite r join relation c on c.oid = r.ev_class
$$;

create or replace function zafu.views_bypassing_rls() returns setof text
language sql stable security definer set search_path = '' as $$
  with recursive relation as (
    select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and (n.nspname = 'zafu'
      or n.nspname = 'public' and c.relname = any (zafu.api_tables()))
    union
    select r.ev_class
    from relation
    join pg_catalog.pg_depend d on d.refobjid = relation.oid and d.refclassid = 'pg_catalog.pg_class'::regclass
      and d.classid = 'pg_catalog.pg_rewrite'::regclass
    join pg_catalog.pg_rewrite r on r.oid = d.objid
  )
  select format('%s %s view %s.%s', role.name, p.name, n.nspname, c.relname)
  from relation
  join pg_catalog.pg_class c on c.oid = relation.oid and c.relkind in ('v', 'm')
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  cross join (values ('anon'), ('authenticated')) as role (name)
  cross join (values ('SELECT', null), ('UPDATE', 4), ('INSERT', 8), ('DELETE', 16)) as p (name, event)
  where case p.name when 'DELETE' then has_table_privilege(role.name, c.oid, p.name)
      else has_any_column_privilege(role.name, c.oid, p.name) end
    and (p.event is null or pg_relation_is_updatable(c.oid, true) & p.event <> 0)
    and not exists (
      select 1 from pg_options_to_table(c.reloptions) as o
      where o.option_name = 'security_invoker' and o.option_value::boolean
    )
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
    'schema', 2,
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
