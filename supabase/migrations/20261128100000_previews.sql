-- Invitations can be previewed without an account. The pairing status of a user is derived when it is read, and nobody
-- reads the id of another user.

-- The pairing status was stored, and stayed "invited" when the invitation expired. `invitecode` repeated the hash of the
-- open invitation. Without both, pairing and leaving do not write profiles, and no transaction updates a profile twice:
-- at a second update, PostgreSQL locks the row of auth.users, which the deletion of the account has locked before
-- everything else.
alter table public.users drop column invitecode, drop column pairing_status;

create function zafu.own_pairing_status() returns text
language sql stable security definer set search_path = '' as $$
  select case
    when zafu.active_partner(auth.uid()) is not null then 'paired'
    when exists (select 1 from zafu.invitations i where i.userid = auth.uid() and zafu.is_open(i)) then 'invited'
    else 'unpaired'
  end
$$;

-- Returns "paired", "invited" or "unpaired" for the caller's own row, and null for any other: a computed field, which
-- clients read like a column.
create function public.pairing_status(public.users) returns text
language sql stable security invoker set search_path = ''
as $$ select case when $1.id = auth.uid() then zafu.own_pairing_status() end $$;
revoke all on function zafu.own_pairing_status(), public.pairing_status(public.users)
  from public, anon, authenticated, service_role;
grant execute on function zafu.own_pairing_status(), public.pairing_status(public.users) to authenticated;

-- Of a partnership, clients read when it was, not who the users were.
revoke select (userid, partnerid) on public.partnerships from authenticated;

-- When a partnership starts or ends, assigns the sessions of both users whose membership changes to weeks again.
create or replace function zafu.apply_partnership() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  changed_from timestamptz := new.startedat;
begin
  if tg_op = 'UPDATE' then
    changed_from := least(old.endedat, new.endedat); -- ignores null
    perform zafu.create_weeks(new.id, zafu.week_number(new.firstweekat, least(now(), new.endedat)))
    where new.endedat is not null and new.startedat <= now();
    update public.partnerships p set seq = nextval('zafu.seq') where p.id = new.id;
  end if;
  -- The row trigger zafu.derive_columns assigns the week.
  update public.sessions s set weekid = s.weekid
  where s.userid in (new.userid, new.partnerid) and zafu.effective_start(s) >= changed_from;
  return null;
end $$;
drop trigger apply_partnership on public.partnerships;
create trigger apply_partnership after insert or update of endedat on public.partnerships
  for each row execute function zafu.apply_partnership();

-- Returns who invites with a code, to a client that is not signed in: see public.preview_invitation.
create function zafu.preview_invitation_for_anyone(body json) returns json
language sql stable security definer set search_path = '' as $$
  select case when u.id is null then json_build_object('state', 'not_open')
    else json_build_object('state', 'ok', 'name', u.name, 'image', u.image, 'expiresat', i.expiresat) end
  from (select zafu.read_code(body) as hash) as sent
  left join zafu.invitations i on i.codehash = sent.hash
  left join public.users u
    on u.id = i.userid and zafu.is_open(i) and zafu.active_partner(i.userid) is null
$$;

-- Returns who invites: {"state": "ok", "name": name, "image": image, "expiresat": timestamp}, or why it cannot be
-- accepted by the caller:
--   "not_open"          unknown, used, expired or withdrawn, or the inviting user has another partner: one answer for all
--   "own"               the caller's own
--   "already_partners"  the two are partners
--   "in_partnership"    the caller has another partner
--   "too_many_attempts" 20 answers "not_open" within an hour
-- Callable without signing in, to see who invites before signing up: then the only refusal is "not_open", and it is not
-- counted. Nobody guesses a code of 128 random bits. The parameter is {"code": code}.
create or replace function public.preview_invitation(json) returns json
language plpgsql volatile security invoker set search_path = '' set timezone = 'UTC' as $$
begin
  if current_user = 'anon' then
    return zafu.preview_invitation_for_anyone($1);
  end if;
  return zafu.preview_invitation_for_caller($1);
end $$;
revoke all on function zafu.preview_invitation_for_anyone(json) from public, anon, authenticated, service_role;
grant execute on function public.preview_invitation(json), zafu.preview_invitation_for_anyone(json) to anon;

-- What follows replaces functions of earlier migrations; their comments are there. New is that they write no profile.

create or replace function zafu.create_own_invitation(body json) returns json
language plpgsql security definer set search_path = '' as $$
declare
  sent record;
  hash bytea;
  utc_offset integer;
  day_start integer;
  user_id uuid := zafu.lock_caller();
  invitation zafu.invitations;
begin
  select b.* into sent from json_to_record(zafu.read_body(body)) as b (code_hash text, utc_offset text, day_start text);
  hash := case when sent.code_hash ~ '^[0-9a-f]{64}$' then decode(sent.code_hash, 'hex') end;
  utc_offset := zafu.read_integer(sent.utc_offset, -1439, 1439);
  day_start := zafu.read_integer(sent.day_start, 0, 23);
  if hash is null then
    return json_build_object('state', 'bad_code');
  elsif utc_offset is null then
    return json_build_object('state', 'bad_utc_offset');
  elsif day_start is null then
    return json_build_object('state', 'bad_day_start');
  elsif zafu.active_partner(user_id) is not null then
    return json_build_object('state', 'in_partnership');
  end if;
  select i.* into invitation from zafu.invitations i where i.codehash = hash;
  if not found then
    perform zafu.close_invitations(array[user_id]);
    delete from zafu.invitations i
    where i.userid = user_id and i.acceptedat is null and i.expiresat < now() - interval '30 days';
    insert into zafu.invitations (codehash, userid, utcoffset, daystart) values (hash, user_id, utc_offset, day_start)
    on conflict do nothing
    returning * into invitation;
    if found then
      update zafu.sync_state s set partner_seq = nextval('zafu.seq') where s.userid = user_id;
      perform zafu.count_changes(user_id, 1);
    end if;
  end if;
  -- A repeated call finds its invitation. That of another user is as bad as one that is not a code.
  return case
    when invitation.userid is distinct from user_id then json_build_object('state', 'bad_code')
    when zafu.is_open(invitation) then json_build_object('state', 'ok', 'expiresat', invitation.expiresat)
    else json_build_object('state', 'not_open')
  end;
end $$;

create or replace function zafu.withdraw_own_invitation() returns json
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := zafu.lock_caller();
  was_open boolean := exists (select 1 from zafu.invitations i where i.userid = user_id and zafu.is_open(i));
begin
  perform zafu.close_invitations(array[user_id]);
  if was_open then
    update zafu.sync_state s set partner_seq = nextval('zafu.seq') where s.userid = user_id;
  end if;
  return json_build_object('state', 'ok');
end $$;

create or replace function zafu.erase_own_data() returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := auth.uid();
  last_partner_seq bigint;
begin
  if user_id is null then
    raise exception 'not signed in' using errcode = 'PT401', hint = 'The token contains no user.';
  end if;
  perform zafu.lock_user_and_partner(user_id);
  last_partner_seq := zafu.partner_seq(user_id);
  if last_partner_seq is null then
    perform zafu.raise_no_profile();
  end if;
  perform zafu.end_partnership(user_id);
  -- The counts stay as they are, see zafu.remove_from_partnerships, which locks weeks and so comes last.
  perform set_config('zafu.erased_user', user_id::text, true);
  delete from public.sessions where userid = user_id;
  perform set_config('zafu.erased_user', '', true);
  delete from public.labels where userid = user_id;
  delete from zafu.partner_news where recipient = user_id;
  delete from zafu.invitations where userid = user_id;
  update zafu.invitations set acceptedby = null where acceptedby = user_id;
  update public.users
  set name = default, weeklytarget = default, usualsitlength = default, image = null, profilerevision = default,
      profiledevice = null, targetrevision = default, targetdevice = null
  where id = user_id;
  delete from zafu.targets where userid = user_id;
  insert into zafu.targets (userid, since, target)
  select id, '-infinity', weeklytarget from public.users where id = user_id;
  -- Greater than before, although summands are gone.
  update zafu.sync_state set labels_seq = default, partner_seq = last_partner_seq + nextval('zafu.seq')
  where userid = user_id;
  perform zafu.remove_from_partnerships(user_id);
  return zafu.advance_head(user_id, nextval('zafu.seq'), 'erased', 0, 1, zafu.bytes_per_row(), 0, '{0,0,0,0}');
end $$;
