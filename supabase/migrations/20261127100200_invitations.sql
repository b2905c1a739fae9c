-- Invitations: how two users become partners.
--
-- The device of the inviting user makes a code of 128 random bits and sends only its hash. Whoever knows the code can
-- accept once, within seven days. A refusal is a value and no error, so that the attempts that it counts are stored.

create table zafu.invitations (
  codehash      bytea primary key check (octet_length(codehash) = 32), -- SHA-256 of the code
  userid        uuid not null references public.users (id) on delete cascade, -- the inviting user
  createdat     timestamptz(3) not null default now(),
  expiresat     timestamptz(3) not null default now() + interval '7 days',
  -- The local day of the inviting user: minutes from UTC, and the hour at which their days start.
  utcoffset     smallint not null check (utcoffset between -1439 and 1439),
  daystart      smallint not null check (daystart between 0 and 23),
  withdrawnat   timestamptz(3),
  acceptedby    uuid references public.users (id) on delete set null,
  acceptedat    timestamptz(3),
  partnershipid uuid references public.partnerships (id) on delete cascade,
  check (withdrawnat is null or acceptedat is null)
);
-- A user has one open invitation: each new one withdraws the last.
create unique index open_invitations on zafu.invitations (userid) where withdrawnat is null and acceptedat is null;
create index invitations_by_user on zafu.invitations (userid);
create index invitations_by_accepter on zafu.invitations (acceptedby) where acceptedby is not null;
create index invitations_by_partnership on zafu.invitations (partnershipid) where partnershipid is not null;
alter table zafu.invitations enable row level security;
revoke all on zafu.invitations from public, anon, authenticated, service_role;

-- When codes that are not open were tried, in the last hour.
alter table zafu.sync_state add column attempts timestamptz[] not null default '{}';

create function zafu.attempts_per_hour() returns integer
language sql immutable parallel safe return 20;

-- Returns whether an invitation can be accepted.
create function zafu.is_open(i zafu.invitations) returns boolean
language sql stable parallel safe
return i.withdrawnat is null and i.acceptedat is null and i.expiresat > now();

-- Returns the start of the local day that contains `moment`, for a UTC offset in minutes and the hour at which days start.
create function zafu.day_start(moment timestamptz, utc_offset integer, day_start integer) returns timestamptz
language sql immutable parallel safe
return timezone('UTC',
  date_trunc('day', timezone('UTC', moment) + make_interval(mins => utc_offset, hours => -day_start))
  + make_interval(mins => -utc_offset, hours => day_start));

-- Returns the object that a call sent. What cannot be stored (a NUL, or half a surrogate pair) becomes a control
-- character, which no field accepts.
create function zafu.read_body(body json) returns json
language plpgsql stable as $$
declare
  readable json;
begin
  if octet_length(body::text) > zafu.bytes_per_push() then
    raise exception 'more than % bytes in one call', zafu.bytes_per_push() using errcode = 'PT413';
  end if;
  readable := case when strpos(body::text, '\u') = 0 then body
    else zafu.replace_unstorable_escapes(body::text, '\u0001')::json end;
  if readable is null or json_typeof(readable) <> 'object' then
    raise exception 'the body must be an object' using errcode = 'PT400';
  end if;
  return readable;
end $$;

-- Locks the caller until the transaction ends, and returns their id. Raises an error if there is none.
create function zafu.lock_caller() returns uuid
language plpgsql security definer set search_path = '' as $$
begin
  if auth.uid() is null then
    raise exception 'not signed in' using errcode = 'PT401', hint = 'The token contains no user.';
  end if;
  perform zafu.lock_users(array[auth.uid()]);
  return auth.uid();
end $$;

-- Counts changes of a user towards the limits of the day, without a new head: sessions do not change. The caller holds
-- the lock.
create function zafu.count_changes(user_id uuid, changes integer) returns void
language sql security definer set search_path = '' as $$
  select zafu.advance_head(
    user_id, null, 'written', 0, changes, changes * zafu.bytes_per_row(), 0, '{0,0,0,0}'
  )
$$;

-- Withdraws the open invitations of these users. The caller holds their locks, and updates their profiles.
create function zafu.close_invitations(user_ids uuid[]) returns void
language sql security definer set search_path = '' as $$
  update zafu.invitations i set withdrawnat = now()
  where i.userid = any (user_ids) and i.withdrawnat is null and i.acceptedat is null
$$;

-- When a partnership starts, the open invitations of both users are withdrawn; zafu.apply_partnership updates their
-- profiles.
create function zafu.withdraw_invitations() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.close_invitations(array[new.userid, new.partnerid]);
  return null;
end $$;
create trigger withdraw_invitations after insert on public.partnerships
  for each row execute function zafu.withdraw_invitations();

-- Creates an invitation of the caller: see public.create_invitation.
create function zafu.create_own_invitation(body json) returns json
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
      update public.users u set invitecode = sent.code_hash, pairing_status = 'invited' where u.id = user_id;
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

-- Returns why the caller, who is locked, cannot accept this invitation; null if they can. `invitation` is null if the
-- code is not known. Each attempt with a code that is not open is counted.
create function zafu.refusal(user_id uuid, invitation zafu.invitations) returns text
language plpgsql security definer set search_path = '' as $$
declare
  recent timestamptz[] := array(
    select a.at from zafu.sync_state s, unnest(s.attempts) as a (at)
    where s.userid = user_id and a.at > clock_timestamp() - interval '1 hour'
  );
  partner_id uuid := zafu.active_partner(user_id);
begin
  if cardinality(recent) >= zafu.attempts_per_hour() then
    return 'too_many_attempts';
  elsif invitation.userid = user_id then
    return 'own';
  elsif invitation.userid = partner_id then
    return 'already_partners';
  elsif invitation.userid is null or not zafu.is_open(invitation) or zafu.active_partner(invitation.userid) is not null then
    update zafu.sync_state s set attempts = recent || clock_timestamp() where s.userid = user_id;
    return 'not_open';
  elsif partner_id is not null then
    return 'in_partnership';
  end if;
  return null;
end $$;

-- Returns the hash of the code that a call sent.
create function zafu.read_code(body json) returns bytea
language sql stable
return sha256(convert_to(coalesce(zafu.read_body(body) ->> 'code', ''), 'UTF8'));

-- Returns who invites with a code: see public.preview_invitation.
create function zafu.preview_invitation_for_caller(body json) returns json
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := zafu.lock_caller();
  invitation zafu.invitations;
  refusal text;
begin
  select i.* into invitation from zafu.invitations i where i.codehash = zafu.read_code(body);
  refusal := zafu.refusal(user_id, invitation);
  if refusal is not null then
    return json_build_object('state', refusal);
  end if;
  return json_build_object('state', 'ok', 'name', u.name, 'image', u.image, 'expiresat', invitation.expiresat)
  from public.users u where u.id = invitation.userid;
end $$;

-- Accepts an invitation for the caller: see public.accept_invitation.
create function zafu.accept_invitation_for_caller(body json) returns json
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := auth.uid();
  hash bytea := zafu.read_code(body);
  known zafu.invitations;
  invitation zafu.invitations;
  refusal text;
  partnership_id uuid := gen_random_uuid();
  accepted_at timestamptz(3);
  first_week_at timestamptz(3);
begin
  select i.* into known from zafu.invitations i where i.codehash = hash;
  if user_id is not null and zafu.is_open(known) and known.userid <> user_id then
    perform zafu.lock_users(array[user_id, known.userid]);
    perform 1 from zafu.invitations i where i.codehash = hash for no key update;
  else
    -- An invitation does not open again. So a code that is not open waits for nobody but the caller.
    perform zafu.lock_caller();
  end if;
  select i.* into invitation from zafu.invitations i where i.codehash = known.codehash;
  if invitation.acceptedby = user_id then
    return json_build_object('state', 'ok', 'partnership_id', invitation.partnershipid);
  end if;
  refusal := zafu.refusal(user_id, invitation);
  if refusal is not null then
    return json_build_object('state', refusal);
  end if;
  accepted_at := clock_timestamp();
  first_week_at := zafu.day_start(accepted_at, invitation.utcoffset, invitation.daystart);
  update zafu.invitations i set acceptedby = user_id, acceptedat = accepted_at where i.codehash = hash;
  insert into public.partnerships (id, userid, partnerid, createdat, firstweekat, startedat)
  select partnership_id, invitation.userid, user_id, accepted_at, first_week_at, greatest(first_week_at, (
    select max(p.endedat) from public.partnerships p
    where p.userid in (user_id, invitation.userid) or p.partnerid in (user_id, invitation.userid)
  ));
  update zafu.invitations i set partnershipid = partnership_id where i.codehash = hash;
  perform zafu.create_weeks(partnership_id, 1);
  perform zafu.add_news(invitation.userid, partnership_id, 'joined', null, null);
  perform zafu.count_changes(user_id, 1);
  return json_build_object('state', 'ok', 'partnership_id', partnership_id);
end $$;

-- Withdraws the invitation of the caller: see public.withdraw_invitation.
create function zafu.withdraw_own_invitation() returns json
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := zafu.lock_caller();
begin
  perform zafu.close_invitations(array[user_id]);
  update public.users u set invitecode = null, pairing_status = 'unpaired' where u.id = user_id and u.invitecode is not null;
  if found then
    update zafu.sync_state s set partner_seq = nextval('zafu.seq') where s.userid = user_id;
  end if;
  return json_build_object('state', 'ok');
end $$;

-- Creates an invitation and withdraws the last one. The parameter has no name, as that of push_sessions. It is
--   {"code_hash": SHA-256 of the code in hexadecimal, "utc_offset": minutes, "day_start": hour}
-- with the local time of the inviting user, whose day of today is the first of the first week if it is accepted today.
--
-- Returns {"state": "ok", "expiresat": timestamp}, also if it is called again; "in_partnership" if the caller has a
-- partner; "not_open" if the invitation with this hash is not open any more; "bad_code", "bad_utc_offset" or
-- "bad_day_start".
--
-- Errors of this and the following: PT400 the body is no object, PT401 not signed in, PT410 the account was deleted,
-- PT412 it has no profile, PT413 too large, PT429 too much for one day, 55P03 a lock was held for too long.
create function public.create_invitation(json) returns json
language sql volatile security invoker set search_path = '' set timezone = 'UTC'
as $$ select zafu.create_own_invitation($1) $$;

-- Returns who invites: {"state": "ok", "name": name, "image": image, "expiresat": timestamp}, or why it cannot be accepted
-- by the caller:
--   "not_open"          unknown, used, expired or withdrawn, or the inviting user has another partner: one answer for all
--   "own"               the caller's own
--   "already_partners"  the two are partners
--   "in_partnership"    the caller has another partner
--   "too_many_attempts" 20 answers "not_open" within an hour
-- The parameter is {"code": code}.
create function public.preview_invitation(json) returns json
language sql volatile security invoker set search_path = '' set timezone = 'UTC'
as $$ select zafu.preview_invitation_for_caller($1) $$;

-- Accepts an invitation: the caller and the inviting user are partners from now on. Returns {"state": "ok",
-- "partnership_id": id}, or why not, as preview_invitation. If the caller has accepted it before, the first answer is
-- repeated, also after the partnership has ended. The parameter is {"code": code}.
create function public.accept_invitation(json) returns json
language sql volatile security invoker set search_path = '' set timezone = 'UTC'
as $$ select zafu.accept_invitation_for_caller($1) $$;

-- Withdraws the caller's invitation. Returns {"state": "ok"}, also if there is none.
create function public.withdraw_invitation() returns json
language sql volatile security invoker set search_path = '' set timezone = 'UTC'
as $$ select zafu.withdraw_own_invitation() $$;

revoke all on function public.create_invitation(json), public.preview_invitation(json), public.accept_invitation(json),
  public.withdraw_invitation(), zafu.attempts_per_hour(), zafu.is_open(zafu.invitations),
  zafu.day_start(timestamptz, integer, integer), zafu.read_body(json), zafu.lock_caller(),
  zafu.count_changes(uuid, integer), zafu.close_invitations(uuid[]), zafu.withdraw_invitations(),
  zafu.create_own_invitation(json), zafu.refusal(uuid, zafu.invitations), zafu.read_code(json),
  zafu.preview_invitation_for_caller(json), zafu.accept_invitation_for_caller(json), zafu.withdraw_own_invitation()
  from public, anon, authenticated, service_role;
grant execute on function public.create_invitation(json), public.preview_invitation(json),
  public.accept_invitation(json), public.withdraw_invitation(), zafu.create_own_invitation(json),
  zafu.preview_invitation_for_caller(json), zafu.accept_invitation_for_caller(json), zafu.withdraw_own_invitation()
  to authenticated;

-- What follows replaces functions of earlier migrations; their comments are there. Erasing and deleting an account
-- remove its invitations.

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
  set name = default, weeklytarget = default, usualsitlength = default, image = null, invitecode = null,
      pairing_status = default, profilerevision = default, profiledevice = null, targetrevision = default,
      targetdevice = null
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
