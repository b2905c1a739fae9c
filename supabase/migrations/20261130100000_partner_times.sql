-- A partner does not get the UTC offset of a sit, which tells where its user was: "times" in the response of `sync_partner`
-- is [[start, seconds, null], ...]. The null stays, because clients read three elements.

-- Devices read what they have with offsets again.
update public.partnerships set seq = nextval('zafu.seq')
where endedat is null and 'times' in (inviterprivacy, inviteeprivacy);

-- What follows replaces a function of an earlier migration; its comment is there.

create or replace function zafu.shown_by(user_id uuid, p public.partnerships) returns json
language sql stable security definer set search_path = '' as $$
  select json_build_object(
    'name', u.name, 'image', u.image, 'target', u.weeklytarget, 'shares', level.shares,
    'times', case level.shares when 'times' then coalesce((
      select json_agg(json_build_array(t.start, t.seconds, null) order by t.start)
      from (
        select zafu.effective_start(s) as start, zafu.effective_length(s) as seconds
        from public.sessions s
        where s.userid = user_id and s.partnershipid = p.id and s.weekid is not null and zafu.is_counted(s)
          and zafu.effective_start(s) > now() - zafu.times_shown_days() * interval '1 day'
        order by zafu.effective_start(s) desc limit 1000
      ) as t
    ), '[]') end
  )
  from public.users u
  cross join (select case p.userid when user_id then p.inviterprivacy else p.inviteeprivacy end as shares) as level
  where u.id = user_id
$$;

select zafu.record_definitions();
