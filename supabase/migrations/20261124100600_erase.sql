-- erase_account: takes away everything that an account has stored here. The account itself stays: removing
-- it is the auth server's, and takes the rest with it.

-- An account and those it shares or shared weeks with.
create function zafu.user_and_partners(person uuid) returns uuid[]
language sql stable security definer set search_path = '' as $$
  select array(
    select h.userid from zafu.sync_state h
    where h.userid = person or h.userid in (
      select case p.userid when person then p.partnerid else p.userid end
      from public.partnerships p where person in (p.userid, p.partnerid)
    )
    order by h.userid <> person
  )
$$;

-- When an account goes, its partners' weeks change: their locks come first, as with every write, or a push of
-- theirs and this could each wait for the other.
create function zafu.before_account_deletion() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.lock_users(zafu.user_and_partners(old.id));
  return old;
end $$;
create trigger zafu_before_account_deletion before delete on auth.users
  for each row execute function zafu.before_account_deletion();

-- The caller's part, as the tables' owner: clients may not delete.
create function zafu.erase_own_data() returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  person uuid := auth.uid();
begin
  if person is null then
    raise exception 'nobody is signed in' using errcode = 'PT401', hint = 'The token names no one.';
  end if;
  if not exists (select 1 from zafu.sync_state where userid = person) then
    perform zafu.raise_no_profile();
  end if;
  -- The partner's head too, and both at once: the partnership ends here.
  perform zafu.lock_users(zafu.user_and_partners(person));
  update public.partnerships set endedat = greatest(now(), startedat)
  where person in (userid, partnerid) and endedat is null;
  delete from public.sessions where userid = person;
  update public.users
  set name = default, weeklytarget = default, usualsitlength = default, image = null, invitecode = null
  where id = person;
  return zafu.advance_head(person, nextval('zafu.seq'), 'erased', 0, 1, zafu.bytes_per_row(), 0, '{0,0,0,0}');
end $$;

-- Erases the caller's sits and profile, and ends their partnership. It answers {"erasure_id": id}: the device
-- that asked keeps the id, others find it and ask before they upload anything.
--
-- Errors: PT401 nobody signed in, PT410 the account was deleted, PT412 it has no profile.
create function public.erase_account() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select jsonb_build_object('erasure_id', zafu.erase_own_data()) $$;
