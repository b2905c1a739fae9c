-- Recounting in fewer statements: what a push of one sit costs a user with a partner more than one without.
--
-- What follows replaces functions of earlier migrations; where there is no comment, it is there.

-- With the user, so that a recount reads no session of the partner.
create index sessions_by_week_and_user on public.sessions (weekid, userid) where weekid is not null;
drop index public.sessions_by_week;

create or replace function zafu.lock_writer() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := auth.uid();
begin
  -- Unless this transaction holds the lock, as push_sessions does.
  if user_id::text is distinct from current_setting('zafu.locked_user', true) and user_id is not null then
    perform zafu.lock_users(array[user_id]);
  end if;
  -- For a user who never had a partner, zafu.derive_columns need not look for a week at each row. A partnership that
  -- starts or ends takes the same locks, so this holds until the transaction ends.
  perform set_config('zafu.unpartnered_user', case when user_id is null or exists (
    select 1 from public.partnerships p where p.userid = user_id or p.partnerid = user_id
  ) then '' else user_id::text end, true);
  return null;
end $$;

create or replace function zafu.find_week(user_id uuid, start timestamptz, out partnership_id uuid, out week_id uuid)
language plpgsql security definer set search_path = '' as $$
declare
  number integer;
begin
  select p.id, n.number, w.id into partnership_id, number, week_id
  from public.partnerships p
  cross join lateral (select zafu.week_number(p.firstweekat, start) as number) as n
  left join public.weeks w on w.partnershipid = p.id and w.weeknumber = n.number
  where (p.userid = user_id or p.partnerid = user_id)
    and p.startedat <= start and (p.endedat is null or start < p.endedat);
  if start >= now() + interval '24 hours' then
    week_id := null;
  elsif partnership_id is not null and week_id is null then
    perform zafu.create_weeks(partnership_id, number);
    select w.id into week_id from public.weeks w
    where w.partnershipid = partnership_id and w.weeknumber = number;
  end if;
end $$;

-- Recounts one side of each of these weeks: that of the user in the same position. The caller holds the head of each
-- user, under which their sessions do not change, and the lock of each partnership; of one that has ended also those of
-- the weeks. If counts have changed, both users see it; a week of an active partnership whose goal is reached is news to
-- both.
create or replace function zafu.recount_sides(user_ids uuid[], week_ids uuid[]) returns void
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  kept record;
begin
  for kept in
    with counted as (
      select w.id, w.invitersits as old_inviter, w.inviteesits as old_invitee, w.goalmet as was_met,
        c.userid is not distinct from q.userid as is_inviter, (
          select count(*) from public.sessions s
          where s.weekid = w.id and s.userid = c.userid and zafu.is_counted(s)
        ) as sits
      from unnest(user_ids, week_ids) as c (userid, weekid)
      join public.weeks w on w.id = c.weekid
      join public.partnerships q on q.id = w.partnershipid
      where c.userid = q.userid and not w.invitersealed or c.userid = q.partnerid and not w.inviteesealed
    ), recount as (
      select k.id, k.old_inviter, k.old_invitee, k.was_met,
        coalesce(max(k.sits) filter (where k.is_inviter), k.old_inviter) as inviter,
        coalesce(max(k.sits) filter (where not k.is_inviter), k.old_invitee) as invitee
      from counted k group by k.id, k.old_inviter, k.old_invitee, k.was_met
    ), changed as (
      update public.weeks w set invitersits = r.inviter, inviteesits = r.invitee
      from recount r
      where w.id = r.id and (r.old_inviter, r.old_invitee) <> (r.inviter, r.invitee)
      returning w.partnershipid, r.inviter - r.old_inviter as inviter, r.invitee - r.old_invitee as invitee,
        case when w.goalmet and not r.was_met then w.weeknumber end as kept
    ), total as (
      select k.partnershipid, sum(k.inviter) as inviter, sum(k.invitee) as invitee, array_agg(k.kept) as kept
      from changed k group by k.partnershipid
    ), seen as (
      update public.partnerships q
      set seq = nextval('zafu.seq'),
          invitermaybow = q.invitermaybow or t.invitee > 0, inviteemaybow = q.inviteemaybow or t.inviter > 0
      from total t where q.id = t.partnershipid
      returning q.id, q.userid, q.partnerid, q.endedat, t.kept
    )
    select s.id as partnership_id, week.number, side.userid
    from seen s
    cross join unnest(s.kept) as week (number)
    cross join lateral (values (1, s.userid), (2, s.partnerid)) as side (ordinal, userid)
    where s.endedat is null and week.number is not null
    order by s.id, week.number, side.ordinal
  loop
    perform zafu.add_news(kept.userid, kept.partnership_id, 'kept', kept.number, null);
  end loop;
end $$;

create or replace function zafu.recount_weeks(user_ids uuid[], week_ids uuid[]) returns void
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  active_users uuid[] := user_ids;
  active_weeks uuid[] := week_ids;
begin
  if week_ids is null or current_setting('zafu.erased_user', true) <> '' then
    return;
  end if;
  insert into zafu.weeks_to_recount (userid, weekid)
  select c.userid, c.weekid
  from unnest(user_ids, week_ids) as c (userid, weekid)
  join public.weeks w on w.id = c.weekid
  join public.partnerships p on p.id = w.partnershipid
  where p.endedat is not null
  on conflict do nothing;
  if found then
    select array_agg(c.userid), array_agg(c.weekid) into active_users, active_weeks
    from unnest(user_ids, week_ids) as c (userid, weekid)
    join public.weeks w on w.id = c.weekid
    join public.partnerships p on p.id = w.partnershipid
    where p.endedat is null;
  end if;
  if active_weeks is not null then
    perform zafu.recount_sides(active_users, active_weeks);
  end if;
end $$;

create or replace function zafu.recount_ended_weeks() returns trigger
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
    -- In statements of their own: one that locks and reads would read the state before it waited.
    perform 1 from public.weeks w where w.id = any (week_ids) order by w.id for no key update;
    perform 1 from public.partnerships p
    where p.id in (select w.partnershipid from public.weeks w where w.id = any (week_ids))
    order by p.id for no key update;
    perform zafu.recount_sides(array_fill(new.userid, array[cardinality(week_ids)]), week_ids);
  end if;
  return null;
end $$;
