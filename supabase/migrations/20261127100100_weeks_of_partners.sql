-- The weeks of partners: goals from targets, counts for each side, sealed weeks, and the news of a partnership.
--
-- Locks. Each write locks, until its transaction ends and in this order: the heads (zafu.sync_state) of the users whose
-- data it changes, in the order of their ids; their active partnerships; rows of weeks. A push locks only the head of its
-- own user, their active partnership, and at its very end the weeks of partnerships that have ended. So a former
-- partner's long push makes nobody wait.
--
-- A transaction updates a row of public.users only once: at a second update, PostgreSQL checks the foreign key again and
-- locks the row of auth.users, which the deletion of an account has locked before everything else.

-- Weeks that have started get rows with the goal that was valid until now.
select zafu.create_weeks(p.id, zafu.week_number(p.startedat, least(now(), p.endedat)))
from public.partnerships p where p.startedat <= now();

drop trigger add_goal on public.partnerships;
drop function zafu.add_goal();
drop trigger check_partnership on public.partnerships;
drop table zafu.weekly_goals;

-- What a user shows to the partner: the counts of each week, or also the times of their sits.
create function zafu.read_privacy_level(value text) returns text
language sql immutable parallel safe
return case when value in ('counts', 'times') then value end;

alter table public.partnerships
  drop column weeklygoal,
  -- Null: that user has erased their data or deleted their account.
  alter column userid drop not null,
  alter column partnerid drop not null,
  drop constraint partnerships_userid_fkey,
  drop constraint partnerships_partnerid_fkey,
  add constraint partnerships_userid_fkey foreign key (userid) references public.users (id) on delete set null,
  add constraint partnerships_partnerid_fkey foreign key (partnerid) references public.users (id) on delete set null,
  -- The start of the first week. `startedat` is later if one of the users was in another partnership on the first day.
  add column firstweekat timestamptz(3),
  -- Grows with every change that the two users see; under the lock of the row.
  add column seq bigint not null default nextval('zafu.seq'),
  -- The privacy of each side, a register: the higher revision wins; of equal revisions, the higher device id.
  add column inviterprivacy text not null default 'counts'
    check (zafu.read_privacy_level(inviterprivacy) is not null),
  add column inviterprivacyrevision bigint not null default 0
    check (inviterprivacyrevision between 0 and zafu.max_revision()),
  add column inviterprivacydevice uuid,
  add column inviteeprivacy text not null default 'counts'
    check (zafu.read_privacy_level(inviteeprivacy) is not null),
  add column inviteeprivacyrevision bigint not null default 0
    check (inviteeprivacyrevision between 0 and zafu.max_revision()),
  add column inviteeprivacydevice uuid,
  -- Whether the count of the other side has risen since this side bowed.
  add column invitermaybow boolean not null default false,
  add column inviteemaybow boolean not null default false;
update public.partnerships set firstweekat = startedat;
alter table public.partnerships
  alter column firstweekat set not null,
  add check (firstweekat <= startedat);

alter table public.weeks
  drop column goalmet,
  drop constraint weeks_weeklygoal_check,
  add constraint weeks_weeklygoal_check check (weeklygoal >= 0), -- 0: both users rest, neither kept nor missed
  -- Sealed: the user of that side is gone, and the count stays as it is.
  add column invitersealed boolean not null default false,
  add column inviteesealed boolean not null default false;
alter table public.weeks
  add column goalmet boolean not null
    generated always as (weeklygoal > 0 and inviteesits + invitersits >= weeklygoal) stored;

-- The part of the partner_seq of a user that is not in their partnerships: see zafu.partner_seq.
alter table zafu.sync_state add column partner_seq bigint not null default 0;

-- What happened in a partnership, for one of its users. The newest ones are kept.
create table zafu.partner_news (
  seq           bigint not null,
  recipient     uuid not null references public.users (id) on delete cascade,
  partnershipid uuid not null references public.partnerships (id) on delete cascade,
  kind          text not null check (kind in ('joined', 'kept', 'left', 'bow')),
  week          integer check ((week is not null) = (kind = 'kept')), -- the number of the week that was kept
  bowid         uuid check ((bowid is not null) = (kind = 'bow')), -- chosen by the device that bowed
  at            timestamptz(3) not null default clock_timestamp(),
  primary key (recipient, seq)
);
create index partner_news_by_partnership on zafu.partner_news (partnershipid);
create unique index kept_once on zafu.partner_news (recipient, partnershipid, week) where kind = 'kept';
create unique index bowed_once on zafu.partner_news (recipient, partnershipid, bowid) where kind = 'bow';

-- Weeks of ended partnerships that the current transaction recounts at its end. Empty between transactions.
create table zafu.weeks_to_recount (
  userid uuid not null,
  weekid uuid not null,
  primary key (userid, weekid)
);

alter table zafu.partner_news enable row level security;
alter table zafu.weeks_to_recount enable row level security;
revoke all on zafu.partner_news, zafu.weeks_to_recount from public, anon, authenticated, service_role;

-- Clients still read partnerships and weeks, but not the privacy of the partner, and not which side is sealed.
revoke select on public.partnerships, public.weeks from authenticated;
grant select (id, userid, partnerid, startedat, endedat, firstweekat, createdat) on public.partnerships
  to authenticated;
grant select (id, partnershipid, weeknumber, weekstart, weekend, inviteesits, invitersits, weeklygoal, goalmet,
    createdat) on public.weeks
  to authenticated;

create function zafu.news_per_account() returns integer
language sql immutable parallel safe return 200;

-- Adds news for a user, if there is one, and prunes the oldest. The caller holds the lock of the partnership.
create function zafu.add_news(recipient uuid, partnership_id uuid, kind text, week integer, bow_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  insert into zafu.partner_news (seq, recipient, partnershipid, kind, week, bowid)
  select nextval('zafu.seq'), add_news.recipient, partnership_id, add_news.kind, add_news.week, bow_id
  where add_news.recipient is not null
  on conflict do nothing; -- each week is news once
  delete from zafu.partner_news n
  where n.recipient = add_news.recipient and n.seq <= (
    select k.seq from zafu.partner_news k where k.recipient = add_news.recipient
    order by k.seq desc offset zafu.news_per_account() limit 1
  );
end $$;

-- Returns the partner of a user who is in a partnership.
create function zafu.active_partner(user_id uuid) returns uuid
language sql stable security definer set search_path = '' as $$
  select case p.userid when user_id then p.partnerid else p.userid end
  from public.partnerships p
  where (p.userid = user_id or p.partnerid = user_id) and p.endedat is null
$$;

-- Returns a number that differs whenever something differs that `sync_partner` returns. Each summand only grows, under
-- the lock of its row, so the sum of one snapshot grows with every commit; the greatest of them would not. The number of
-- the week is in it, because a new week begins without a write.
create function zafu.partner_seq(user_id uuid) returns bigint
language sql stable security definer set search_path = '' as $$
  select s.partner_seq + coalesce((
    select sum(p.seq + zafu.week_number(p.firstweekat, least(now(), p.endedat))) from public.partnerships p
    where p.userid = user_id or p.partnerid = user_id
  ), 0)::bigint
  from zafu.sync_state s where s.userid = user_id
$$;

-- Replaces the function of an earlier migration: only active partnerships are locked, and the error is about the first
-- user. Here and below, statements with an array would be planned again at each call, which takes longer than they do.
create or replace function zafu.lock_users(user_ids uuid[]) returns void
language plpgsql security definer set search_path = '' set lock_timeout = '4s' set plan_cache_mode = force_generic_plan
as $$
declare
  locked uuid[];
begin
  select array_agg(userid) into locked from (
    select userid from zafu.sync_state where userid = any (user_ids) order by userid for update
  ) as head;
  if user_ids[1] is not null and user_ids[1] = any (locked) is not true then
    perform zafu.raise_no_profile();
  end if;
  perform 1 from public.partnerships
  where (userid = any (user_ids) or partnerid = any (user_ids)) and endedat is null
  order by id for no key update;
  -- The row trigger zafu.derive_columns reads this, because it must not lock again.
  perform set_config('zafu.locked_user', user_ids[1]::text, true);
end $$;

drop function zafu.user_and_partners(uuid);

-- Locks a user and their partner, as everything that ends a partnership does. Returns the partner, if there is one. A
-- user without a profile has nothing to lock.
create function zafu.lock_user_and_partner(user_id uuid) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  partner_id uuid;
  user_ids uuid[];
begin
  loop
    partner_id := zafu.active_partner(user_id);
    user_ids := array(
      select s.userid from zafu.sync_state s where s.userid in (user_id, partner_id) order by s.userid <> user_id
    );
    if user_ids = '{}' then
      return null;
    end if;
    begin
      perform zafu.lock_users(user_ids);
      if zafu.active_partner(user_id) is not distinct from partner_id then
        return partner_id;
      end if;
      -- The partnership began or ended before the lock. The handler releases the locks, because those of two other users
      -- have another order.
      raise exception 'another partner' using errcode = 'ZF001';
    exception when sqlstate 'ZF001' then
      null;
    end;
  end loop;
end $$;

-- Returns the goal of a week: the sum of the targets that were valid at its start, those of the first week when the
-- partnership began; 0 if both users rest.
create function zafu.week_goal(p public.partnerships, number integer) returns integer
language sql stable security definer set search_path = '' as $$
  select coalesce(sum(valid.target), 0)::integer
  from (values (p.userid), (p.partnerid)) as side (userid)
  cross join lateral (
    select t.target from zafu.targets t
    where t.userid = side.userid and t.since <= case number
      when 1 then greatest(p.firstweekat, p.createdat)
      else p.firstweekat + (number - 1) * interval '168 hours'
    end
    order by t.since desc limit 1
  ) as valid
$$;

create or replace function zafu.derive_week() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  p public.partnerships;
begin
  select q.* into p from public.partnerships q where q.id = new.partnershipid;
  new.weekstart := p.firstweekat + (new.weeknumber - 1) * interval '168 hours';
  new.weekend := new.weekstart + interval '168 hours';
  new.weeklygoal := coalesce(new.weeklygoal, zafu.week_goal(p, new.weeknumber));
  return new;
end $$;
drop trigger derive_week on public.weeks;
-- Not before other updates: counts change often.
create trigger derive_week
  before insert or update of partnershipid, weeknumber, weekstart, weekend, weeklygoal on public.weeks
  for each row execute function zafu.derive_week();

-- Creates the missing weeks of a partnership up to `last`, also those without sessions. The caller has checked that the
-- week starts within a day from now. Two users can create the same week of a partnership that has ended.
create or replace function zafu.create_weeks(partnership_id uuid, last integer) returns void
language sql security definer set search_path = '' as $$
  insert into public.weeks (partnershipid, weeknumber)
  select partnership_id, n
  from generate_series(1, last) as n
  where not exists (
    select 1 from public.weeks w where w.partnershipid = partnership_id and w.weeknumber = n
  )
  order by n
  on conflict (partnershipid, weeknumber) do nothing
$$;

create or replace function zafu.find_week(user_id uuid, start timestamptz, out partnership_id uuid, out week_id uuid)
language plpgsql security definer set search_path = '' as $$
declare
  first_week_at timestamptz;
  number integer;
begin
  select p.id, p.firstweekat into partnership_id, first_week_at from public.partnerships p
  where (p.userid = user_id or p.partnerid = user_id)
    and p.startedat <= start and (p.endedat is null or start < p.endedat);
  if partnership_id is null or start >= now() + interval '24 hours' then
    return;
  end if;
  number := zafu.week_number(first_week_at, start);
  select w.id into week_id from public.weeks w
  where w.partnershipid = partnership_id and w.weeknumber = number;
  if week_id is null then
    perform zafu.create_weeks(partnership_id, number);
    select w.id into week_id from public.weeks w
    where w.partnershipid = partnership_id and w.weeknumber = number;
  end if;
end $$;

create or replace function zafu.update_weeks(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.create_weeks(p.id, zafu.week_number(p.firstweekat, least(now(), p.endedat)))
  from public.partnerships p
  where (p.userid = user_id or p.partnerid = user_id)
    and p.startedat <= now()
    and not exists (
      select 1 from public.weeks w
      where w.partnershipid = p.id
        and w.weeknumber >= zafu.week_number(p.firstweekat, least(now(), p.endedat))
    );
  -- Rarely any: an update without rows would still run the triggers of the statement.
  if exists (
    select 1 from public.sessions s
    where s.userid = user_id and s.weekid is null and s.partnershipid is not null
      and zafu.effective_start(s) < now() + interval '24 hours'
  ) then
    -- The row trigger zafu.derive_columns assigns the week.
    update public.sessions s set weekid = s.weekid
    where s.userid = user_id and s.weekid is null and s.partnershipid is not null
      and zafu.effective_start(s) < now() + interval '24 hours';
  end if;
end $$;

-- Recounts one side of each of these weeks: that of the user in the same position. The caller holds the head of each
-- user, under which their sessions do not change, and the lock of each partnership that is active. If counts have
-- changed, both users see it; a week of an active partnership whose goal is reached is news to both.
create function zafu.recount_sides(user_ids uuid[], week_ids uuid[]) returns void
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  changes json;
  change record;
  p public.partnerships;
begin
  -- In a statement of its own: one that locks and reads would read the state before it waited.
  perform 1 from public.weeks w where w.id = any (week_ids) order by w.id for no key update;
  with counted as (
    select w.id, c.userid is not distinct from q.userid as is_inviter, (
        select count(*) from public.sessions s
        where s.weekid = w.id and s.userid = c.userid and zafu.is_counted(s)
      ) as sits
    from unnest(user_ids, week_ids) as c (userid, weekid)
    join public.weeks w on w.id = c.weekid
    join public.partnerships q on q.id = w.partnershipid
    where c.userid = q.userid and not w.invitersealed or c.userid = q.partnerid and not w.inviteesealed
  ), recount as (
    select k.id, max(k.sits) filter (where k.is_inviter) as inviter, max(k.sits) filter (where not k.is_inviter) as invitee
    from counted k group by k.id
  ), changed as (
    update public.weeks w
    set invitersits = coalesce(r.inviter, w.invitersits), inviteesits = coalesce(r.invitee, w.inviteesits)
    from recount r join public.weeks before on before.id = r.id
    where w.id = r.id
      and (w.invitersits, w.inviteesits)
        is distinct from (coalesce(r.inviter, w.invitersits), coalesce(r.invitee, w.inviteesits))
    returning w.partnershipid, w.invitersits - before.invitersits as inviter,
      w.inviteesits - before.inviteesits as invitee,
      case when w.goalmet and not before.goalmet then w.weeknumber end as kept
  )
  select json_agg(row_to_json(total)) into changes from (
    select k.partnershipid, sum(k.inviter) as inviter, sum(k.invitee) as invitee,
      coalesce(array_agg(k.kept order by k.kept) filter (where k.kept is not null), '{}') as kept
    from changed k group by k.partnershipid order by k.partnershipid
  ) as total;
  for change in
    select c.* from json_to_recordset(changes)
      as c (partnershipid uuid, inviter bigint, invitee bigint, kept integer[])
  loop
    update public.partnerships q
    set seq = nextval('zafu.seq'),
        invitermaybow = q.invitermaybow or change.invitee > 0,
        inviteemaybow = q.inviteemaybow or change.inviter > 0
    where q.id = change.partnershipid
    returning q.* into p;
    if p.endedat is null then
      perform zafu.add_news(side.userid, p.id, 'kept', kept.number, null)
      from unnest(change.kept) with ordinality as kept (number, ordinal)
      cross join (values (p.userid), (p.partnerid)) as side (userid)
      order by kept.ordinal;
    end if;
  end loop;
end $$;

drop function zafu.recount_weeks(uuid[]);

-- Recounts one side of each of these weeks, as above: at once in an active partnership, and at the end of the transaction
-- in one that has ended. Not while the data of a user are erased: see zafu.seal_weeks.
create function zafu.recount_weeks(user_ids uuid[], week_ids uuid[]) returns void
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  active_users uuid[];
  active_weeks uuid[];
begin
  if week_ids is null then
    return;
  end if;
  with side as (
    select c.userid, c.weekid, p.endedat is null as is_active
    from unnest(user_ids, week_ids) as c (userid, weekid)
    join public.weeks w on w.id = c.weekid
    join public.partnerships p on p.id = w.partnershipid
    where c.userid::text is distinct from current_setting('zafu.erased_user', true)
  ), later as (
    insert into zafu.weeks_to_recount (userid, weekid) select s.userid, s.weekid from side s where not s.is_active
    on conflict do nothing
  )
  select array_agg(s.userid), array_agg(s.weekid) into active_users, active_weeks from side s where s.is_active;
  if active_weeks is not null then
    perform zafu.recount_sides(active_users, active_weeks);
  end if;
end $$;

-- At the end of a transaction: recounts the weeks of ended partnerships that it has changed, in the order of their ids,
-- so that two former partners do not deadlock.
create function zafu.recount_ended_weeks() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  week_ids uuid[];
begin
  -- Only rows of this transaction are visible. The first of its events takes them all.
  with due as (
    delete from zafu.weeks_to_recount d where d.userid = new.userid returning d.weekid
  )
  select array_agg(d.weekid) into week_ids from due d;
  if week_ids is not null then
    perform zafu.recount_sides(array_fill(new.userid, array[cardinality(week_ids)]), week_ids);
  end if;
  return null;
end $$;
create constraint trigger recount_ended_weeks after insert on zafu.weeks_to_recount
  deferrable initially deferred
  for each row execute function zafu.recount_ended_weeks();

-- Before an insert, or an update of what identifies a partnership: raises an error unless it keeps its users and its
-- start, and neither user is in two at the same time. A user can be removed, see zafu.remove_from_partnerships.
create or replace function zafu.check_partnership() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.firstweekat := coalesce(new.firstweekat, new.startedat);
  elsif (new.id, coalesce(new.userid, old.userid), coalesce(new.partnerid, old.partnerid), new.startedat,
        new.firstweekat)
      is distinct from (old.id, old.userid, old.partnerid, old.startedat, old.firstweekat) then
    raise exception 'a partnership keeps its two users and its start'
      using errcode = 'check_violation';
  elsif new.endedat is not distinct from old.endedat then
    return new;
  end if;
  perform zafu.lock_users(array_remove(array[new.userid, new.partnerid], null));
  if exists (
    select 1 from public.partnerships p
    where p.id <> new.id
      and (p.userid in (new.userid, new.partnerid) or p.partnerid in (new.userid, new.partnerid))
      and tstzrange(p.startedat, p.endedat) && tstzrange(new.startedat, new.endedat)
  ) then
    raise exception 'one of the two users is in another partnership at this time'
      using errcode = 'exclusion_violation';
  end if;
  return new;
end $$;
-- Not before other updates: counts change often.
create trigger check_partnership
  before insert or update of id, userid, partnerid, startedat, firstweekat, endedat on public.partnerships
  for each row execute function zafu.check_partnership();

-- When a partnership starts or ends, assigns the sessions of both users whose membership changes to weeks again, and
-- updates their profiles.
create or replace function zafu.apply_partnership() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  p public.partnerships := coalesce(new, old);
  changed_from timestamptz := p.startedat;
begin
  if tg_op = 'UPDATE' then
    changed_from := least(old.endedat, new.endedat); -- ignores null
    perform zafu.create_weeks(p.id, zafu.week_number(p.firstweekat, least(now(), p.endedat)))
    where p.endedat is not null and p.startedat <= now();
    update public.partnerships q set seq = nextval('zafu.seq') where q.id = p.id;
  end if;
  if tg_op <> 'DELETE' then
    -- The row trigger zafu.derive_columns assigns the week.
    update public.sessions s set weekid = s.weekid
    where s.userid in (p.userid, p.partnerid) and zafu.effective_start(s) >= changed_from;
  end if;
  update public.users u
  set invitecode = case when tg_op = 'INSERT' then null else u.invitecode end,
      pairing_status = case
        when zafu.active_partner(u.id) is not null then 'paired'
        when u.invitecode is not null and tg_op <> 'INSERT' then 'invited'
        else 'unpaired'
      end
  where u.id in (p.userid, p.partnerid);
  return null;
end $$;

-- Deletes a partnership that has lost both users.
create function zafu.delete_empty_partnership() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.partnerships p where p.id = new.id and p.userid is null and p.partnerid is null;
  return null;
end $$;
create trigger delete_empty_partnership after update of userid, partnerid on public.partnerships
  for each row when (new.userid is null and new.partnerid is null)
  execute function zafu.delete_empty_partnership();

-- Ends the active partnership of a user, if there is one, and tells the partner. The caller holds the locks of both.
create function zafu.end_partnership(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  p public.partnerships;
begin
  update public.partnerships q set endedat = greatest(clock_timestamp(), q.startedat)
  where (q.userid = user_id or q.partnerid = user_id) and q.endedat is null
  returning q.* into p;
  perform zafu.add_news(case p.userid when user_id then p.partnerid else p.userid end, p.id, 'left', null, null)
  where p.id is not null;
end $$;

-- Removes a user from their partnerships, which have ended, with their counts sealed: what the partners kept together
-- stays as it was. The caller holds the lock of the user.
create function zafu.remove_from_partnerships(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  -- In the order in which a push locks them.
  perform 1 from public.weeks w
  where w.partnershipid in (select p.id from public.partnerships p where p.userid = user_id or p.partnerid = user_id)
  order by w.id for no key update;
  update public.weeks w
  set invitersealed = w.invitersealed or p.userid = user_id, inviteesealed = w.inviteesealed or p.partnerid = user_id
  from public.partnerships p
  where p.id = w.partnershipid and (p.userid = user_id or p.partnerid = user_id);
  perform 1 from public.partnerships p where p.userid = user_id or p.partnerid = user_id order by p.id for no key update;
  update public.partnerships p
  set userid = nullif(p.userid, user_id), partnerid = nullif(p.partnerid, user_id), seq = nextval('zafu.seq')
  where p.userid = user_id or p.partnerid = user_id;
end $$;

create or replace function zafu.before_account_deletion() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.lock_user_and_partner(old.id);
  perform zafu.end_partnership(old.id);
  perform zafu.remove_from_partnerships(old.id);
  return old;
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

-- What follows replaces functions of earlier migrations; their comments are there. New is that one side of a week is
-- recounted.

create or replace function zafu.after_insert() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.advance_head(
    w.userid, w.seq, 'written', w.ids, 0, w.bytes, w.ids, array[w.word1, w.word2, w.word3, w.word4]::bigint[]
  )
  from (
    select r.userid, max(r.seq) as seq, count(*) as ids, sum(r.bytes)::bigint as bytes,
      sum(zafu.hash_word(r.hash, 1)) as word1, sum(zafu.hash_word(r.hash, 2)) as word2,
      sum(zafu.hash_word(r.hash, 3)) as word3, sum(zafu.hash_word(r.hash, 4)) as word4
    from (
      select n.userid, n.seq, zafu.bytes_per_row() + octet_length(n.note) + octet_length(n.label) as bytes,
        zafu.session_hash(n.id, n.startedat, n.sitlength, n.satlength, n.iscompleted, n.endedat,
          n.detailsrevision, n.detailsdevice, n.deletionrevision, n.deletiondevice) as hash
      from new_rows n
      offset 0 -- or PostgreSQL computes each hash four times
    ) as r
    group by r.userid
  ) as w;
  perform zafu.recount_weeks(array_agg(c.userid), array_agg(c.weekid))
  from (select distinct n.userid, n.weekid from new_rows n where n.weekid is not null) as c;
  perform zafu.update_weeks_after_write();
  return null;
end $$;

create or replace function zafu.after_update() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- A client that updates a session which does not exist, or is not its own, must get an error. Updates by other
  -- triggers may match nothing.
  if pg_trigger_depth() = 1 and current_setting('role', true) in ('anon', 'authenticated')
      and not exists (select 1 from new_rows) then
    raise exception 'you have no such session'
      using errcode = 'PT404', hint = 'Nothing was changed. push_sessions sends whole sessions.';
  end if;
  -- A row that is written without a change costs as much as a change. Rows that changed have a seq above the head.
  if pg_trigger_depth() = 1 and auth.uid() is not null then
    perform zafu.advance_head(
      auth.uid(), null, 'written', 0, u.rows, u.rows * zafu.bytes_per_row(), 0, '{0,0,0,0}'
    )
    from (
      select count(*) as rows from new_rows n
      where n.seq <= (select s.seq from zafu.sync_state s where s.userid = auth.uid())
    ) as u
    where u.rows > 0;
  end if;
  perform zafu.advance_head(
    w.userid, w.seq, 'written', 0, w.changes, w.bytes, 0, array[w.word1, w.word2, w.word3, w.word4]::bigint[]
  )
  from (
    select r.userid, max(r.seq) as seq, count(*) as changes, sum(r.bytes)::bigint as bytes,
      sum(zafu.hash_word(r.new_hash, 1) - zafu.hash_word(r.old_hash, 1)) as word1,
      sum(zafu.hash_word(r.new_hash, 2) - zafu.hash_word(r.old_hash, 2)) as word2,
      sum(zafu.hash_word(r.new_hash, 3) - zafu.hash_word(r.old_hash, 3)) as word3,
      sum(zafu.hash_word(r.new_hash, 4) - zafu.hash_word(r.old_hash, 4)) as word4
    from (
      select n.userid, n.seq, zafu.bytes_per_row() + octet_length(n.note) + octet_length(n.label) as bytes,
        zafu.session_hash(n.id, n.startedat, n.sitlength, n.satlength, n.iscompleted, n.endedat,
          n.detailsrevision, n.detailsdevice, n.deletionrevision, n.deletiondevice) as new_hash,
        zafu.session_hash(o.id, o.startedat, o.sitlength, o.satlength, o.iscompleted, o.endedat,
          o.detailsrevision, o.detailsdevice, o.deletionrevision, o.deletiondevice) as old_hash
      -- User and id never change, so each row has its pair. A full join, because PostgreSQL keeps the plan that it made
      -- for the first write of a connection: if that was a single row, an inner join would be a nested loop, quadratic
      -- for many rows. The condition must not be strict, or the planner would make it an inner join.
      from new_rows n full join old_rows o on o.userid = n.userid and o.id = n.id
      where n.seq is distinct from o.seq
      offset 0
    ) as r
    group by r.userid
  ) as w;
  perform zafu.recount_weeks(array_agg(c.userid), array_agg(c.weekid))
  from (
    select o.userid, o.weekid from old_rows o where o.weekid is not null
    union
    select n.userid, n.weekid from new_rows n where n.weekid is not null
  ) as c;
  perform zafu.update_weeks_after_write();
  return null;
end $$;

create or replace function zafu.after_delete() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  deleted record;
begin
  for deleted in select o.userid, count(*) as ids from old_rows o group by o.userid order by o.userid loop
    update zafu.sync_state s set session_count = default, digest = default
    where s.userid = deleted.userid and s.session_count = deleted.ids;
    -- With an account, its zafu.sync_state may be deleted already.
    if not found and exists (select 1 from zafu.sync_state s where s.userid = deleted.userid) then
      update zafu.sync_state s
      set session_count = s.session_count - deleted.ids,
          digest = array[
            (s.digest[1] - w.word1) & 4294967295, (s.digest[2] - w.word2) & 4294967295,
            (s.digest[3] - w.word3) & 4294967295, (s.digest[4] - w.word4) & 4294967295
          ]
      from (
        select
          sum(zafu.hash_word(r.hash, 1))::bigint as word1, sum(zafu.hash_word(r.hash, 2))::bigint as word2,
          sum(zafu.hash_word(r.hash, 3))::bigint as word3, sum(zafu.hash_word(r.hash, 4))::bigint as word4
        from (
          select zafu.session_hash(o.id, o.startedat, o.sitlength, o.satlength, o.iscompleted, o.endedat,
            o.detailsrevision, o.detailsdevice, o.deletionrevision, o.deletiondevice) as hash
          from old_rows o where o.userid = deleted.userid
          offset 0
        ) as r
      ) as w
      where s.userid = deleted.userid;
    end if;
  end loop;
  perform zafu.recount_weeks(array_agg(c.userid), array_agg(c.weekid))
  from (select distinct o.userid, o.weekid from old_rows o where o.weekid is not null) as c;
  return null;
end $$;

create or replace function zafu.after_truncate() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update zafu.sync_state set session_count = default, digest = default;
  perform zafu.recount_weeks(array_agg(side.userid), array_agg(w.id))
  from public.weeks w join public.partnerships p on p.id = w.partnershipid
  cross join lateral (values (p.userid), (p.partnerid)) as side (userid);
  return null;
end $$;

revoke all on function zafu.read_privacy_level(text), zafu.news_per_account(),
  zafu.add_news(uuid, uuid, text, integer, uuid), zafu.active_partner(uuid), zafu.partner_seq(uuid),
  zafu.lock_user_and_partner(uuid), zafu.week_goal(public.partnerships, integer), zafu.recount_sides(uuid[], uuid[]),
  zafu.recount_weeks(uuid[], uuid[]), zafu.recount_ended_weeks(), zafu.delete_empty_partnership(),
  zafu.end_partnership(uuid), zafu.remove_from_partnerships(uuid)
  from public, anon, authenticated, service_role;
