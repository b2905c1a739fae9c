-- Partnerships and their weeks: which week a session belongs to, and the counts of each week.
--
-- Counts are recounted from the sessions, never incremented, so that counting twice changes nothing.

-- Locks the sessions of these users until the transaction ends: first their zafu.sync_state, then their partnerships,
-- each in the order of ids, so that partners who write at the same time wait for each other and do not deadlock.
create function zafu.lock_users(user_ids uuid[]) returns void
language plpgsql security definer set search_path = '' set lock_timeout = '4s' as $$
declare
  locked_count integer;
begin
  select count(*) into locked_count from (
    select userid from zafu.sync_state where userid = any (user_ids) order by userid for update
  ) as locked;
  if locked_count < (select count(distinct id) from unnest(user_ids) as id) then
    perform zafu.raise_no_profile();
  end if;
  perform 1 from public.partnerships
  where userid = any (user_ids) or partnerid = any (user_ids)
  order by id for no key update;
  -- The row trigger zafu.derive_columns reads this, because it must not lock again.
  perform set_config('zafu.locked_user', user_ids[1]::text, true);
end $$;

-- Records a weekly goal as valid from now on; the first one of a partnership as valid at any time before, too.
create function zafu.add_goal() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into zafu.weekly_goals (partnershipid, since, weeklygoal)
  values (new.id, case tg_op when 'INSERT' then '-infinity' else now() end, new.weeklygoal)
  on conflict (partnershipid, since) do update set weeklygoal = excluded.weeklygoal;
  return null;
end $$;
-- PostgreSQL fires triggers in the order of their names: this one before apply_partnership, which needs the goal.
create trigger add_goal after insert or update of weeklygoal on public.partnerships
  for each row execute function zafu.add_goal();

-- Derives the start, end and goal of a week from its number, whatever was written.
create function zafu.derive_week() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  select p.startedat + (new.weeknumber - 1) * interval '168 hours' into new.weekstart
  from public.partnerships p where p.id = new.partnershipid;
  new.weekend := new.weekstart + interval '168 hours';
  new.weeklygoal := coalesce(new.weeklygoal, (
    select g.weeklygoal from zafu.weekly_goals g
    where g.partnershipid = new.partnershipid and g.since <= new.weekstart order by g.since desc limit 1
  ));
  return new;
end $$;
create trigger derive_week before insert or update on public.weeks
  for each row execute function zafu.derive_week();

-- Creates the missing weeks of a partnership up to `last`, also those without sessions. The caller holds the lock of
-- the partnership, and has checked that the week starts within a day from now.
create function zafu.create_weeks(partnership_id uuid, last integer) returns void
language sql security definer set search_path = '' as $$
  insert into public.weeks (partnershipid, weeknumber)
  select partnership_id, n
  from generate_series(1, last) as n
  where not exists (
    select 1 from public.weeks w where w.partnershipid = partnership_id and w.weeknumber = n
  )
  order by n
$$;

-- Returns the number, from 1, of the week that contains `moment`, in a partnership that started at `partnership_start`.
create function zafu.week_number(partnership_start timestamptz, moment timestamptz) returns integer
language sql immutable parallel safe
return floor(extract(epoch from moment - partnership_start) / 604800) + 1;

-- Finds the partnership and the week, creating it if necessary, of a session that started at `start`. Weeks exist from
-- the first one to a day from now: a clock that is years ahead creates none.
create function zafu.find_week(user_id uuid, start timestamptz, out partnership_id uuid, out week_id uuid)
language plpgsql security definer set search_path = '' as $$
declare
  partnership_start timestamptz;
  number integer;
begin
  select p.id, p.startedat into partnership_id, partnership_start from public.partnerships p
  where (p.userid = user_id or p.partnerid = user_id)
    and p.startedat <= start and (p.endedat is null or start < p.endedat);
  if partnership_id is null or start >= now() + interval '24 hours' then
    return;
  end if;
  number := zafu.week_number(partnership_start, start);
  select w.id into week_id from public.weeks w
  where w.partnershipid = partnership_id and w.weeknumber = number;
  if week_id is null then
    perform zafu.create_weeks(partnership_id, number);
    select w.id into week_id from public.weeks w
    where w.partnershipid = partnership_id and w.weeknumber = number;
  end if;
end $$;

-- Creates the weeks of a user that have started since the last write, and assigns weeks to the sessions that started
-- more than a day ahead of the server's clock when they were pushed. The caller holds the lock of the partnership.
create function zafu.update_weeks(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.create_weeks(p.id, zafu.week_number(p.startedat, least(now(), p.endedat)))
  from public.partnerships p
  where (p.userid = user_id or p.partnerid = user_id)
    and p.startedat <= now()
    and not exists (
      select 1 from public.weeks w
      where w.partnershipid = p.id
        and w.weeknumber >= zafu.week_number(p.startedat, least(now(), p.endedat))
    );
  -- The row trigger zafu.derive_columns assigns the week.
  update public.sessions set weekid = weekid
  where userid = user_id and weekid is null and partnershipid is not null
    and coalesce(correctedstart, startedat) < now() + interval '24 hours';
end $$;

-- Recounts these weeks. The caller holds the locks of their partnerships.
create function zafu.recount_weeks(week_ids uuid[]) returns void
language sql security definer set search_path = '' as $$
  update public.weeks w set invitersits = c.inviter, inviteesits = c.invitee
  from (
    select w.id,
      count(s.id) filter (where s.userid = p.userid) as inviter,
      count(s.id) filter (where s.userid = p.partnerid) as invitee
    from public.weeks w
    join public.partnerships p on p.id = w.partnershipid
    left join public.sessions s on s.weekid = w.id and zafu.is_counted(s)
    where w.id = any (week_ids)
    group by w.id
  ) as c
  where c.id = w.id and (w.invitersits, w.inviteesits) is distinct from (c.inviter, c.invitee);
$$;

-- Raises an error unless a partnership keeps its users and its start, and neither user is in two at the same time.
create function zafu.check_partnership() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and (new.id, new.userid, new.partnerid, new.startedat)
      is distinct from (old.id, old.userid, old.partnerid, old.startedat) then
    raise exception 'a partnership keeps its two users and its start'
      using errcode = 'check_violation';
  end if;
  perform zafu.lock_users(array[new.userid, new.partnerid]);
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
create trigger check_partnership before insert or update on public.partnerships
  for each row execute function zafu.check_partnership();

-- When a partnership starts or ends, assigns the sessions of both users to weeks again, and updates their profiles.
create function zafu.apply_partnership() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  p public.partnerships := coalesce(new, old);
begin
  if tg_op <> 'DELETE' then
    -- The row trigger zafu.derive_columns assigns the week.
    update public.sessions set weekid = weekid
    where userid in (p.userid, p.partnerid) and coalesce(correctedstart, startedat) >= p.startedat;
  end if;
  update public.users u
  set pairing_status = case
    when exists (
      select 1 from public.partnerships q where u.id in (q.userid, q.partnerid) and q.endedat is null
    ) then 'paired'
    when u.invitecode is not null then 'invited'
    else 'unpaired'
  end
  where u.id in (p.userid, p.partnerid);
  return null;
end $$;
create trigger apply_partnership after insert or update of endedat or delete on public.partnerships
  for each row execute function zafu.apply_partnership();
