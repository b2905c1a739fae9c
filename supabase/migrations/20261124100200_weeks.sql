-- Partnerships and their weeks: which week a sit falls into, and what the weeks count.
--
-- Counts are never added to: they are recounted from the sits, so that counting again changes nothing.

-- Lets one writer at a time at the sits of these people: first their heads, then their partnerships, each in
-- the order of ids, so that partners who write at once wait for each other and never lock each other out.
-- The lock lasts until the transaction ends.
create function zafu.lock_users(people uuid[]) returns void
language plpgsql security definer set search_path = '' set lock_timeout = '4s' as $$
declare
  found_heads integer;
begin
  select count(*) into found_heads from (
    select userid from zafu.sync_state where userid = any (people) order by userid for update
  ) as locked;
  if found_heads < (select count(distinct person) from unnest(people) as person) then
    perform zafu.raise_no_profile();
  end if;
  perform 1 from public.partnerships
  where userid = any (people) or partnerid = any (people)
  order by id for no key update;
  -- Read by the trigger on each row, which must not lock again.
  perform set_config('zafu.locked_user', people[1]::text, true);
end $$;

-- Takes note of a goal from now on; of the first one, from ever.
create function zafu.record_goal() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into zafu.weekly_goals (partnershipid, since, weeklygoal)
  values (new.id, case tg_op when 'INSERT' then '-infinity' else now() end, new.weeklygoal)
  on conflict (partnershipid, since) do update set weeklygoal = excluded.weeklygoal;
  return null;
end $$;
create trigger record_goal after insert or update of weeklygoal on public.partnerships
  for each row execute function zafu.record_goal();

-- A week is where its number says, whatever was written, and has the goal of its start.
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

-- Makes the weeks of a partnership up to this one that are not there, also those without sits. Whoever calls
-- holds the partnership, and has seen that the week begins within a day from now.
create function zafu.create_weeks(partnership uuid, last integer) returns void
language sql security definer set search_path = '' as $$
  insert into public.weeks (partnershipid, weeknumber)
  select create_weeks.partnership, n
  from generate_series(1, create_weeks.last) as n
  where not exists (
    select 1 from public.weeks w where w.partnershipid = create_weeks.partnership and w.weeknumber = n
  )
  order by n
$$;

-- The number of the week of a partnership in which something began.
create function zafu.week_number(first timestamptz, start timestamptz) returns integer
language sql immutable parallel safe
return floor(extract(epoch from start - first) / 604800) + 1;

-- Where a sit belongs that began then: the partnership of that moment, if there was one, and its week, made
-- if need be. Weeks exist from the first one to a day from now: a clock that is years ahead makes none.
create function zafu.find_week(person uuid, start timestamptz, out partnership uuid, out week uuid)
language plpgsql security definer set search_path = '' as $$
declare
  first timestamptz;
  number integer;
begin
  select p.id, p.startedat into partnership, first from public.partnerships p
  where (p.userid = person or p.partnerid = person)
    and p.startedat <= start and (p.endedat is null or start < p.endedat);
  if partnership is null or start >= now() + interval '24 hours' then
    return;
  end if;
  number := zafu.week_number(first, start);
  select w.id into week from public.weeks w
  where w.partnershipid = partnership and w.weeknumber = number;
  if week is null then
    perform zafu.create_weeks(partnership, number);
    select w.id into week from public.weeks w
    where w.partnershipid = partnership and w.weeknumber = number;
  end if;
end $$;

-- Brings the weeks of someone up to now: makes those that have begun since the last write, and places sits that
-- began more than a day ahead of the server's clock when they were sent. Whoever calls holds the partnership.
create function zafu.update_weeks(person uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.create_weeks(p.id, zafu.week_number(p.startedat, least(now(), p.endedat)))
  from public.partnerships p
  where (p.userid = person or p.partnerid = person)
    and p.startedat <= now()
    and not exists (
      select 1 from public.weeks w
      where w.partnershipid = p.id
        and w.weeknumber >= zafu.week_number(p.startedat, least(now(), p.endedat))
    );
  -- The trigger on each row finds the place.
  update public.sessions set weekid = weekid
  where userid = person and weekid is null and partnershipid is not null
    and coalesce(correctedstart, startedat) < now() + interval '24 hours';
end $$;

-- Counts these weeks anew. Whoever calls holds their partnerships.
create function zafu.recount_weeks(these uuid[]) returns void
language sql security definer set search_path = '' as $$
  update public.weeks w set invitersits = c.inviter, inviteesits = c.invitee
  from (
    select w.id,
      count(s.id) filter (where s.userid = p.userid) as inviter,
      count(s.id) filter (where s.userid = p.partnerid) as invitee
    from public.weeks w
    join public.partnerships p on p.id = w.partnershipid
    left join public.sessions s on s.weekid = w.id and zafu.is_counted(s)
    where w.id = any (these)
    group by w.id
  ) as c
  where c.id = w.id and (w.invitersits, w.inviteesits) is distinct from (c.inviter, c.invitee);
$$;

-- What must hold of partnerships: they do not move, and nobody is in two of them at once.
create function zafu.check_partnership() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and (new.id, new.userid, new.partnerid, new.startedat)
      is distinct from (old.id, old.userid, old.partnerid, old.startedat) then
    raise exception 'a partnership keeps its two people and its beginning'
      using errcode = 'check_violation';
  end if;
  perform zafu.lock_users(array[new.userid, new.partnerid]);
  if exists (
    select 1 from public.partnerships p
    where p.id <> new.id
      and (p.userid in (new.userid, new.partnerid) or p.partnerid in (new.userid, new.partnerid))
      and tstzrange(p.startedat, p.endedat) && tstzrange(new.startedat, new.endedat)
  ) then
    raise exception 'one of the two shares these weeks with someone already'
      using errcode = 'exclusion_violation';
  end if;
  return new;
end $$;
create trigger check_partnership before insert or update on public.partnerships
  for each row execute function zafu.check_partnership();

-- When a partnership begins or ends, the sits of both find their places anew, and their profiles say it.
create function zafu.apply_partnership() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  p public.partnerships := coalesce(new, old);
begin
  if tg_op <> 'DELETE' then
    -- The trigger on each row finds the place.
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
