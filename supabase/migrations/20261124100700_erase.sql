-- erase_account: erases everything that an account has stored here. The account itself stays: deleting it is up to the
-- auth server, and deletes the rest with it.

-- Returns an account and everyone it shares or shared weeks with.
create function zafu.user_and_partners(user_id uuid) returns uuid[]
language sql stable security definer set search_path = '' as $$
  select array(
    select s.userid from zafu.sync_state s
    where s.userid = user_id or s.userid in (
      select case p.userid when user_id then p.partnerid else p.userid end
      from public.partnerships p where user_id in (p.userid, p.partnerid)
    )
    order by s.userid <> user_id
  )
$$;

-- Before an account is deleted: locks it and its partners, whose weeks change, before any other row, as every write
-- does. Otherwise this and a push of a partner could deadlock.
create function zafu.before_account_deletion() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.lock_users(zafu.user_and_partners(old.id));
  return old;
end $$;
create trigger zafu_before_account_deletion before delete on auth.users
  for each row execute function zafu.before_account_deletion();

-- Erases the caller's data with the rights of the owner of the tables: clients may not delete. Returns the erasure id.
create function zafu.erase_own_data() returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := auth.uid();
begin
  if user_id is null then
    raise exception 'not signed in' using errcode = 'PT401', hint = 'The token contains no user.';
  end if;
  if not exists (select 1 from zafu.sync_state where userid = user_id) then
    perform zafu.raise_no_profile();
  end if;
  -- The partners too, and all in one call: their partnerships end here.
  perform zafu.lock_users(zafu.user_and_partners(user_id));
  update public.partnerships set endedat = greatest(now(), startedat)
  where user_id in (userid, partnerid) and endedat is null;
  delete from public.sessions where userid = user_id;
  update public.users
  set name = default, weeklytarget = default, usualsitlength = default, image = null, invitecode = null
  where id = user_id;
  return zafu.advance_head(user_id, nextval('zafu.seq'), 'erased', 0, 1, zafu.bytes_per_row(), 0, '{0,0,0,0}');
end $$;

-- Erases the caller's sessions and profile, and ends their partnership. Returns {"erasure_id": id}. The device that
-- called stores the id; other devices see it in their next pull, and ask the user before they upload anything.
--
-- Errors: PT401 not signed in, PT410 the account was deleted, PT412 it has no profile.
create function public.erase_account() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select jsonb_build_object('erasure_id', zafu.erase_own_data()) $$;
