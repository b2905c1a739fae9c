-- The end of partnerships and invitations.

-- How many withdrawn invitations of a user are kept. Not none, and not for a short time only: a device that repeats its call
-- must not open an invitation again that another device has withdrawn.
create function zafu.withdrawn_kept() returns integer
language sql immutable parallel safe return 20;
revoke all on function zafu.withdrawn_kept() from public, anon, authenticated, service_role;

-- What follows replaces functions of earlier migrations; their comments are there.

-- A week that was made after one of the users had gone has a side of nobody, which `=` would compare to null.
create or replace function zafu.remove_from_partnerships(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  -- In the order in which a push locks them.
  perform 1 from public.weeks w
  where w.partnershipid in (select p.id from public.partnerships p where p.userid = user_id or p.partnerid = user_id)
  order by w.id for no key update;
  update public.weeks w
  set invitersealed = w.invitersealed or p.userid is not distinct from user_id,
      inviteesealed = w.inviteesealed or p.partnerid is not distinct from user_id
  from public.partnerships p
  where p.id = w.partnershipid and (p.userid = user_id or p.partnerid = user_id);
  perform 1 from public.partnerships p where p.userid = user_id or p.partnerid = user_id order by p.id for no key update;
  update public.partnerships p
  set userid = nullif(p.userid, user_id), partnerid = nullif(p.partnerid, user_id), seq = nextval('zafu.seq')
  where p.userid = user_id or p.partnerid = user_id;
end $$;

create or replace function zafu.apply_partnership() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  changed_from timestamptz := new.startedat;
begin
  if tg_op = 'UPDATE' then
    changed_from := least(old.endedat, new.endedat); -- ignores null
    -- Not until now(): a week may have begun since the transaction did, and the partnership ended in it.
    perform zafu.create_weeks(new.id, zafu.week_number(new.firstweekat, least(clock_timestamp(), new.endedat)))
    where new.endedat is not null and new.startedat <= clock_timestamp();
    update public.partnerships p set seq = nextval('zafu.seq') where p.id = new.id;
  end if;
  -- The row trigger zafu.derive_columns assigns the week.
  update public.sessions s set weekid = s.weekid
  where s.userid in (new.userid, new.partnerid) and zafu.effective_start(s) >= changed_from;
  return null;
end $$;

-- Withdrawn invitations beyond the newest are deleted.
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
    where i.userid = user_id and i.acceptedat is null and (i.expiresat < now() - interval '30 days' or i.codehash in (
      select w.codehash from zafu.invitations w where w.userid = user_id and w.withdrawnat is not null
      order by w.withdrawnat desc, w.createdat desc offset zafu.withdrawn_kept()
    ));
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

select zafu.record_definitions();
