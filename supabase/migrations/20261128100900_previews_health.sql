-- The health check knows previews without an account. What follows replaces functions of earlier migrations; their
-- comments are there.

create or replace function zafu.api_functions() returns name[]
language sql immutable parallel safe
return '{push_sessions,pull_sessions,digest_sessions,sync_labels,sync_partner,create_invitation,preview_invitation,'
  'accept_invitation,withdraw_invitation,pairing_status,erase_account,zafu_health}'::name[];

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
    ('zafu.withdraw_own_invitation'), ('zafu.own_pairing_status'),
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
    'schema', 4,
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
