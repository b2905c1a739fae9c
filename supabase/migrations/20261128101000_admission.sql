-- No account keeps more than a few connections waiting, whatever it calls. Until now only pushes and `sync_labels` were
-- limited: calls about invitations, leaving, erasing and direct writes could take every connection that all accounts share.

-- Raises an error at once if too many calls of the caller wait for the lock of zafu.lock_users already.
create function zafu.admit_caller() returns void
language plpgsql security definer set search_path = '' as $$
begin
  for slot in 1 .. zafu.max_concurrent_pushes() loop
    if pg_try_advisory_xact_lock(hashtextextended('zafu push ' || auth.uid(), slot)) then
      return;
    end if;
  end loop;
  raise exception 'other pushes of this account are waiting already'
    using errcode = 'lock_not_available', hint = 'Try again later.';
end $$;

-- What follows replaces functions of earlier migrations; their comments are there.

create or replace function zafu.lock_users(user_ids uuid[]) returns void
language plpgsql security definer set search_path = '' set lock_timeout = '4s' set plan_cache_mode = force_generic_plan
as $$
declare
  locked uuid[];
begin
  if auth.uid() is not null then
    perform zafu.admit_caller();
  end if;
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

create or replace function zafu.lock_own_sessions() returns void
language plpgsql security definer set search_path = '' as $$
begin
  if auth.uid() is null then
    raise exception 'not signed in' using errcode = 'PT401', hint = 'The token contains no user.';
  end if;
  perform zafu.lock_users(array[auth.uid()]);
  -- An account that has reached its daily limit gets the error before anything is parsed.
  perform zafu.check_daily_limits(0, 0, s.new_bytes + 1)
  from zafu.sync_state s where s.userid = auth.uid() and s.usage_date = (now() at time zone 'UTC')::date;
end $$;

create or replace function zafu.preview_invitation_for_anyone(body json) returns json
language sql stable security definer set search_path = '' as $$
  select case when u.id is null then json_build_object('state', 'not_open')
    else json_build_object('state', 'ok', 'name', u.name, 'image', u.image, 'expiresat', i.expiresat) end
  -- A long body is not parsed: it contains no code.
  from (select case when octet_length(body::text) <= 1000 then zafu.read_code(body) end as hash) as sent
  left join zafu.invitations i on i.codehash = sent.hash
  left join public.users u
    on u.id = i.userid and zafu.is_open(i) and zafu.active_partner(i.userid) is null
$$;

revoke all on function zafu.admit_caller() from public, anon, authenticated, service_role;
select zafu.record_definitions();
