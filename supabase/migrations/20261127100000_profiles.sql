-- Profiles and weekly targets: two registers of each user, which only `sync_partner` writes.
--
-- A target has a history, because a week has the goal that was valid at its start, whenever its row is created.

-- Returns a name that a profile can have; null if it cannot. Empty: none was chosen yet. Otherwise 1 to 40 characters,
-- none of which is a control character or changes the direction of text, and not only spaces.
create function zafu.read_profile_name(value text) returns text
language sql immutable parallel safe
return case
  when value = '' then value
  when char_length(value) <= 40
      and value !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]'
      and value ~ '[^\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]'
    then value
end;

-- Returns the name of a drawn picture; null if there is no such picture.
create function zafu.read_profile_image(value text) returns text
language sql immutable parallel safe
return case
  when value in ('lotus', 'bowl', 'stone', 'leaf', 'wave', 'moon', 'mountain', 'bird') then value
end;

-- Names that were stored before stay readable: without the characters that are not allowed, and cut.
update public.users u set
  name = coalesce(zafu.read_profile_name(btrim(left(regexp_replace(
    u.name, '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]', '', 'g'
  ), 40))), ''),
  image = zafu.read_profile_image(u.image)
where zafu.read_profile_name(u.name) is null or zafu.read_profile_image(u.image) is distinct from u.image;

alter table public.users
  drop constraint users_name_check,
  drop constraint users_image_check,
  drop constraint users_weeklytarget_check,
  add constraint users_name_check check (zafu.read_profile_name(name) is not null),
  add constraint users_image_check check (image is null or zafu.read_profile_image(image) is not null), -- null: initial
  add constraint users_weeklytarget_check check (weeklytarget between 0 and 1000), -- sits; 0: resting
  -- Registers: the higher revision wins; of equal revisions, the higher device id. Revision 0: never set.
  add column profilerevision bigint not null default 0 check (profilerevision between 0 and zafu.max_revision()),
  add column profiledevice uuid,
  add column targetrevision bigint not null default 0 check (targetrevision between 0 and zafu.max_revision()),
  add column targetdevice uuid;

-- Every weekly target that a user has had, by the server's clock.
create table zafu.targets (
  userid uuid not null references public.users (id) on delete cascade,
  since  timestamptz(3) not null, -- the first one: '-infinity'
  target integer not null check (target between 0 and 1000),
  primary key (userid, since)
);
alter table zafu.targets enable row level security;
insert into zafu.targets (userid, since, target) select id, '-infinity', weeklytarget from public.users;

-- How many targets of a user are stored.
create function zafu.targets_per_account() returns integer
language sql immutable parallel safe return 500;

-- Adds a changed target to the history. The clock is read here, under the lock of the writer: the start of a transaction
-- may be before a change that it waited for.
create function zafu.add_target() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and new.weeklytarget = old.weeklytarget then
    return null;
  end if;
  insert into zafu.targets (userid, since, target)
  values (
    new.id,
    case tg_op when 'INSERT' then '-infinity' else date_trunc('milliseconds', clock_timestamp()) end,
    new.weeklytarget
  )
  on conflict (userid, since) do update set target = excluded.target;
  delete from zafu.targets t
  where t.userid = new.id and t.since > '-infinity' and t.since <= (
    select k.since from zafu.targets k where k.userid = new.id
    order by k.since desc offset zafu.targets_per_account() limit 1
  );
  return null;
end $$;
create trigger add_target after insert or update of weeklytarget on public.users
  for each row execute function zafu.add_target();

-- Clients no longer write profiles directly: a register is written with its revision.
revoke update (name, weeklytarget, usualsitlength, image) on public.users from authenticated;
drop policy update_own_profile on public.users;
grant select (profilerevision, profiledevice, targetrevision, targetdevice) on public.users to authenticated;

revoke all on zafu.targets from public, anon, authenticated, service_role;
revoke all on function zafu.read_profile_name(text), zafu.read_profile_image(text), zafu.targets_per_account(),
  zafu.add_target()
  from public, anon, authenticated, service_role;
