-- What happens at every write to sessions, whoever writes: the rules hold for `push_sessions` and for a
-- client that writes to the table directly.

-- The writer's lock, before the first row is looked at.
create function zafu.before_sessions() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  person uuid := auth.uid();
begin
  if person is not null then
    perform zafu.lock_heads(array[person]);
  end if;
  -- Whoever never shared a week has no place to be looked for at each row. A partnership that begins or ends
  -- takes the same locks, so that this holds until the transaction ends.
  perform set_config('zafu.alone', case when person is null or exists (
    select 1 from public.partnerships p where p.userid = person or p.partnerid = person
  ) then '' else person::text end, true);
  return null;
end $$;
create trigger before_sessions before insert or update or delete on public.sessions
  for each statement execute function zafu.before_sessions();

-- Each row: refuses what the lattice would undo, because a success that changes nothing would be a lie;
-- derives what is the server's; and numbers what has changed, and nothing else, because each device pulls
-- what has a new number.
create function zafu.before_session() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  before zafu.sit;
  after zafu.sit := zafu.sit_of(new);
  place record;
begin
  if tg_op = 'UPDATE' then
    before := zafu.sit_of(old);
    if new.userid <> old.userid or zafu.joined(before, after) is distinct from after then
      raise exception 'this would undo what is known of the sit %', old.id
        using errcode = 'PT409',
              hint = 'A sit only goes forward; details and deletion change with a higher revision. '
                     'push_sessions joins instead.';
    end if;
    new.createdat := old.createdat;
    new.seq := old.seq;
  else
    new.createdat := now();
  end if;
  -- Only where an administrator writes for someone: everybody else holds their own lock already.
  if new.userid::text is distinct from current_setting('zafu.locked', true) then
    perform zafu.lock_heads(array[new.userid]);
  end if;
  if new.userid::text = current_setting('zafu.alone', true) then
    new.partnershipid := null;
    new.weekid := null;
  else
    place := zafu.place(new.userid, coalesce(new.correctedstart, new.startedat));
    new.partnershipid := place.partnership;
    new.weekid := place.week;
  end if;
  if after is distinct from before then
    new.seq := nextval('zafu.seq');
  end if;
  return new;
end $$;
create trigger before_session before insert or update on public.sessions
  for each row execute function zafu.before_session();

create function zafu.new_ids_a_day() returns integer
language sql immutable parallel safe return 1000000;

-- New rows: the heads move, the day's new ids are counted, the weeks are counted anew.
create function zafu.after_insert() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  today date := (now() at time zone 'UTC')::date;
  most integer;
begin
  with written as (
    select userid, max(seq) as seq, count(*)::integer as ids from new_rows group by userid
  ), marked as (
    insert into zafu.marks (userid, seq) select userid, seq from written returning userid, mark
  ), moved as (
    update zafu.heads h
    set seq = written.seq,
        mark = marked.mark,
        newday = today,
        newids = written.ids + case when h.newday = today then h.newids else 0 end
    from written join marked using (userid)
    where h.userid = written.userid
    returning h.newids
  )
  select max(newids) into most from moved;
  if most > zafu.new_ids_a_day() then
    raise exception 'more than % new sits on one day', zafu.new_ids_a_day()
      using errcode = 'PT429', hint = 'Go on tomorrow.';
  end if;
  perform zafu.recount(array(select distinct weekid from new_rows where weekid is not null));
  return null;
end $$;
create trigger after_insert after insert on public.sessions
  referencing new table as new_rows
  for each statement execute function zafu.after_insert();

-- Changed rows: likewise, but only what has a new number moves a head.
create function zafu.after_update() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- A client that changes a sit which is not there, or not its own, must not hear of success. Updates that
  -- come from other triggers may well find nothing.
  if pg_trigger_depth() = 1 and current_setting('role', true) in ('anon', 'authenticated')
      and not exists (select 1 from new_rows) then
    raise exception 'no sit of yours is named so'
      using errcode = 'PT404', hint = 'Nothing was changed. push_sessions sends a sit whole.';
  end if;
  with written as (
    select n.userid, max(n.seq) as seq from new_rows n join zafu.heads h on h.userid = n.userid
    where n.seq > h.seq group by n.userid
  ), marked as (
    insert into zafu.marks (userid, seq) select userid, seq from written returning userid, mark
  )
  update zafu.heads h set seq = written.seq, mark = marked.mark
  from written join marked using (userid)
  where h.userid = written.userid;
  perform zafu.recount(array(
    select weekid from old_rows where weekid is not null
    union
    select weekid from new_rows where weekid is not null
  ));
  return null;
end $$;
create trigger after_update after update on public.sessions
  referencing old table as old_rows new table as new_rows
  for each statement execute function zafu.after_update();

create function zafu.after_delete() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.recount(array(select distinct weekid from old_rows where weekid is not null));
  return null;
end $$;
create trigger after_delete after delete on public.sessions
  referencing old table as old_rows
  for each statement execute function zafu.after_delete();
