-- Tests of the schema and its privileges, for `supabase test db`. How the API behaves for devices and attackers is tested
-- in local/tests/.

begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;

select plan(69);

select tables_are('public', array['users', 'partnerships', 'weeks', 'sessions', 'labels']);
select columns_are('public', 'users', array['id', 'name', 'email', 'weeklytarget', 'usualsitlength', 'image',
  'createdat', 'profilerevision', 'profiledevice', 'targetrevision', 'targetdevice']);
select columns_are('public', 'partnerships', array['id', 'userid', 'partnerid', 'startedat', 'endedat',
  'createdat', 'firstweekat', 'seq', 'inviterprivacy', 'inviterprivacyrevision', 'inviterprivacydevice',
  'inviteeprivacy', 'inviteeprivacyrevision', 'inviteeprivacydevice', 'invitermaybow', 'inviteemaybow']);
select columns_are('public', 'weeks', array['id', 'partnershipid', 'weeknumber', 'weekstart', 'weekend',
  'inviteesits', 'invitersits', 'weeklygoal', 'goalmet', 'createdat', 'invitersealed',
  'inviteesealed']);
select columns_are('public', 'sessions', array['id', 'receivedat', 'userid', 'partnershipid', 'weekid', 'seq',
  'startedat', 'sitlength', 'satlength', 'iscompleted', 'completedat', 'endedat', 'createdat', 'utcoffset',
  'deviceid', 'source', 'note', 'label', 'correctedstart', 'correctedlength', 'correctedoffset',
  'detailsrevision', 'detailsdevice', 'deletedat', 'deletionrevision', 'deletiondevice']);
select columns_are('public', 'labels', array['userid', 'key', 'name', 'colour', 'shape', 'merged_into', 'is_deleted',
  'revision', 'deviceid']);
select col_is_pk('public', 'sessions', array['userid', 'id'], 'ids are unique per account');
select col_default_is('public', 'sessions', 'userid', 'auth.uid()', 'a session belongs to its sender');
select fk_ok('public', 'sessions', 'userid', 'public', 'users', 'id');
select fk_ok('public', 'users', 'id', 'auth', 'users', 'id');

select is(relrowsecurity, true, relname || ' has row level security')
from pg_class where oid in ('public.users'::regclass, 'public.partnerships'::regclass,
  'public.weeks'::regclass, 'public.sessions'::regclass, 'public.labels'::regclass, 'zafu.sync_state'::regclass,
  'zafu.history'::regclass, 'zafu.invitations'::regclass, 'zafu.targets'::regclass, 'zafu.partner_news'::regclass,
  'zafu.weeks_to_recount'::regclass, 'zafu.kept_texts'::regclass);
select policies_are('public', 'users', array['select_own_profile']);
select policies_are('public', 'sessions',
  array['select_own_sessions', 'insert_own_sessions', 'update_own_sessions']);
select policies_are('public', 'labels', array['select_own_labels']);
select policies_are('public', 'partnerships', array['select_own_partnerships']);
select policies_are('public', 'weeks', array['select_own_weeks']);
select policies_are('zafu', 'sync_state', array[]::text[]);
select policies_are('zafu', 'history', array[]::text[]);

select table_privs_are('public', 'sessions', 'authenticated', array['SELECT']);
select table_privs_are('public', 'users', 'authenticated', array[]::text[]);
select table_privs_are('public', 'weeks', 'authenticated', array[]::text[]);
select table_privs_are('public', 'partnerships', 'authenticated', array[]::text[]);
select table_privs_are('zafu', 'invitations', 'authenticated', array[]::text[]);
select table_privs_are('zafu', 'targets', 'authenticated', array[]::text[]);
select table_privs_are('zafu', 'kept_texts', 'authenticated', array[]::text[]);
select table_privs_are('zafu', 'partner_news', 'authenticated', array[]::text[]);
select table_privs_are('zafu', 'weeks_to_recount', 'authenticated', array[]::text[]);
select table_privs_are('public', 'labels', 'authenticated', array['SELECT']);
select table_privs_are('public', 'labels', 'anon', array[]::text[]);
select table_privs_are('public', 'sessions', 'anon', array[]::text[]);
select table_privs_are('zafu', 'sync_state', 'authenticated', array[]::text[]);
select column_privs_are('public', 'sessions', 'userid', 'authenticated', array['SELECT']);
select column_privs_are('public', 'sessions', 'id', 'authenticated', array['INSERT', 'SELECT']);
select column_privs_are('public', 'sessions', 'note', 'authenticated', array['INSERT', 'SELECT', 'UPDATE']);
select column_privs_are('public', 'sessions', 'correctedoffset', 'authenticated',
  array['INSERT', 'SELECT', 'UPDATE']);
select column_privs_are('public', 'partnerships', 'partnerid', 'authenticated', array[]::text[]);
select column_privs_are('public', 'users', 'name', 'authenticated', array['SELECT']);
select column_privs_are('public', 'partnerships', 'startedat', 'authenticated', array['SELECT']);
select column_privs_are('public', 'partnerships', 'inviteeprivacy', 'authenticated', array[]::text[]);
select column_privs_are('public', 'weeks', 'invitersits', 'authenticated', array['SELECT']);
select column_privs_are('public', 'weeks', 'invitersealed', 'authenticated', array[]::text[]);

select function_privs_are('public', 'push_sessions', array['json'], 'anon', array[]::text[]);
select function_privs_are('public', 'push_sessions', array['json'], 'authenticated', array['EXECUTE']);
select function_privs_are('public', 'sync_labels', array['json'], 'anon', array[]::text[]);
select function_privs_are('public', 'sync_labels', array['json'], 'authenticated', array['EXECUTE']);
select function_privs_are('public', 'sync_partner', array['json'], 'anon', array[]::text[]);
select function_privs_are('public', 'sync_partner', array['json'], 'authenticated', array['EXECUTE']);
select function_privs_are('public', 'preview_invitation', array['json'], 'anon', array['EXECUTE']);
select function_privs_are('public', 'accept_invitation', array['json'], 'anon', array[]::text[]);
select function_privs_are('public', 'accept_invitation', array['json'], 'authenticated', array['EXECUTE']);
select function_privs_are('zafu', 'partner_view', array['uuid'], 'authenticated', array[]::text[]);
select function_privs_are('zafu', 'lock_users', array['uuid[]'], 'authenticated', array[]::text[]);
select function_privs_are('public', 'zafu_health', array[]::name[], 'anon', array['EXECUTE']);

-- A function that runs with the rights of its owner must not use its caller's search path, or a caller could make it
-- access another table of the same name.
select is_empty($$
  select p.proname from pg_proc p
  where p.pronamespace = 'zafu'::regnamespace and p.prosecdef
    and not coalesce('search_path=""' = any (p.proconfig), false)
$$, 'no SECURITY DEFINER function uses its caller''s search path');
select is_empty($$
  select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef
    and p.proname in ('push_sessions', 'pull_sessions', 'digest_sessions', 'sync_labels', 'sync_partner', 'create_invitation',
      'preview_invitation', 'accept_invitation', 'withdraw_invitation', 'pairing_status', 'erase_account', 'zafu_health')
$$, 'every function of the API runs with the rights of its caller');

-- One merge by hand; a property test in local/tests/ compares random merges with those of zafu-core.
insert into auth.users (id, email) values ('00000000-0000-4000-8000-000000000001', 'one@example.test');
select is((select count(*) from public.users where id = '00000000-0000-4000-8000-000000000001'), 1::bigint,
  'an account has a profile');
select is((select count(*) from zafu.sync_state where userid = '00000000-0000-4000-8000-000000000001'), 1::bigint,
  'a profile has a sync state');

select is(
  zafu.merge(
    row('00000000-0000-4000-8000-00000000000a', '2026-03-01 06:00+00', 600, 90, false, null,
      '2026-03-01 06:01:30+00', '2026-03-01 06:00+00', 60, '00000000-0000-4000-8000-0000000000d1', 'timer',
      'later', '', null, null, 2, '00000000-0000-4000-8000-0000000000d1', null, 0,
      '00000000-0000-4000-8000-0000000000d1', -300)::zafu.session,
    row('00000000-0000-4000-8000-00000000000a', '2026-03-01 06:00+00', 600, 600, true,
      '2026-03-01 06:10+00', '2026-03-01 06:10+00', '2026-03-01 06:00+00', 60,
      '00000000-0000-4000-8000-0000000000d1', 'timer', 'earlier', '', null, null, 1,
      '00000000-0000-4000-8000-0000000000d2', null, 0, '00000000-0000-4000-8000-0000000000d1', 60)::zafu.session
  ),
  row('00000000-0000-4000-8000-00000000000a', '2026-03-01 06:00+00', 600, 600, true,
    '2026-03-01 06:10+00', '2026-03-01 06:10+00', '2026-03-01 06:00+00', 60,
    '00000000-0000-4000-8000-0000000000d1', 'timer', 'later', '', null, null, 2,
    '00000000-0000-4000-8000-0000000000d1', null, 0, '00000000-0000-4000-8000-0000000000d1', -300)::zafu.session,
  'a completion wins over an early end, and a higher revision over a lower one'
);

select * from finish();
rollback;
