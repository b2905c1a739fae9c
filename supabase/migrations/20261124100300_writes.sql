-- What happens at every write to sessions, whoever writes: the rules hold for `push_sessions` and for a
-- client that writes to the table directly.

-- The writer's lock, before the first row is looked at.
create function zafu.lock_writer() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  person uuid := auth.uid();
begin
  if person is not null then
    perform zafu.lock_users(array[person]);
  end if;
  -- Whoever never shared a week has no place to be looked for at each row. A partnership that begins or ends
  -- takes the same locks, so that this holds until the transaction ends.
  perform set_config('zafu.unpartnered_user', case when person is null or exists (
    select 1 from public.partnerships p where p.userid = person or p.partnerid = person
  ) then '' else person::text end, true);
  return null;
end $$;
create trigger lock_writer before insert or update or delete on public.sessions
  for each statement execute function zafu.lock_writer();

-- Each row: refuses what the lattice would undo, because a success that changes nothing would be a lie;
-- derives what is the server's; and numbers what has changed, and nothing else, because each device pulls
-- what has a new number.
create function zafu.derive_columns() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  before zafu.session;
  after zafu.session := zafu.as_session(new);
  place record;
begin
  if tg_op = 'UPDATE' then
    before := zafu.as_session(old);
    if new.userid <> old.userid or zafu.merge(before, after) is distinct from after then
      raise exception 'this would undo what is known of the sit %', old.id
        using errcode = 'PT409',
              hint = 'A sit only goes forward; details and deletion change with a higher revision. '
                     'push_sessions joins instead.';
    end if;
    new.receivedat := old.receivedat;
    new.seq := old.seq;
  else
    new.receivedat := now();
  end if;
  -- Only where an administrator writes for someone: everybody else holds their own lock already.
  if new.userid::text is distinct from current_setting('zafu.locked_user', true) then
    perform zafu.lock_users(array[new.userid]);
  end if;
  if new.userid::text = current_setting('zafu.unpartnered_user', true) then
    new.partnershipid := null;
    new.weekid := null;
  else
    place := zafu.find_week(new.userid, coalesce(new.correctedstart, new.startedat));
    new.partnershipid := place.partnership;
    new.weekid := place.week;
  end if;
  if after is distinct from before then
    new.seq := nextval('zafu.seq');
  end if;
  return new;
end $$;
create trigger derive_columns before insert or update on public.sessions
  for each row execute function zafu.derive_columns();

-- What one account may write on one day (UTC). Generous for anyone who sits, and for a log of many years that is
-- imported at once; but no account fills a small project in a day.
create function zafu.new_ids_per_day() returns bigint
language sql immutable parallel safe return 250000;
create function zafu.edits_per_day() returns bigint
language sql immutable parallel safe return 250000;
create function zafu.bytes_per_day() returns bigint
language sql immutable parallel safe return 134217728;

-- What a row costs besides its texts, with its part of the indexes, about.
create function zafu.bytes_per_row() returns bigint
language sql immutable parallel safe return 400;

-- Refuses what is beyond the limits of a day. Only clients have limits.
create function zafu.check_daily_limits(ids bigint, edits bigint, bytes bigint) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if auth.uid() is not null
      and (ids > zafu.new_ids_per_day() or edits > zafu.edits_per_day() or bytes > zafu.bytes_per_day()) then
    raise exception 'more than % new sits, % changes or % bytes of one account on one day',
        zafu.new_ids_per_day(), zafu.edits_per_day(), zafu.bytes_per_day()
      using errcode = 'PT429', hint = 'Go on tomorrow.';
  end if;
end $$;

-- How many marks of an account are stored for sure; they are pruned when there are twice as many.
create function zafu.min_history_length() returns integer
language sql immutable parallel safe return 2000;

-- The hash of one sit for the digest: SHA-256, in hexadecimal, of
--   id|startedat|sitlength|satlength|stage|endedat|detailsrevision|detailsdevice|deletionrevision|deletiondevice
-- with ids in lower case, moments as milliseconds since 1970 or nothing, the stage as 0 (started), 1 (ended
-- early) or 2 (completed), and a line feed at the end. The digest of many sits is the sum of the first four
-- 32-bit words of their hashes, each word for itself and modulo 2^32: so it does not depend on their order, and
-- is kept up to date by adding what a write has brought and subtracting what was there before.
-- See digest.rs in the crate zafu-sync.
create function zafu.session_hash(
  id uuid, startedat timestamptz, sitlength bigint, satlength bigint, iscompleted boolean, endedat timestamptz,
  detailsrevision bigint, detailsdevice uuid, deletionrevision bigint, deletiondevice uuid
) returns text
language sql stable parallel safe
return encode(sha256(convert_to(concat(
  id, '|', (extract(epoch from startedat) * 1000)::bigint, '|', sitlength, '|', satlength, '|',
  case when iscompleted then 2 when endedat is not null then 1 else 0 end, '|',
  (extract(epoch from endedat) * 1000)::bigint, '|',
  detailsrevision, '|', detailsdevice, '|', deletionrevision, '|', deletiondevice, E'\n'
), 'UTF8')), 'hex');

-- A word of a hash, 1 to 4.
create function zafu.hash_word(hash text, place integer) returns bigint
language sql immutable parallel safe
return ('x' || substr(hash, 8 * place - 7, 8))::bit(32)::bigint;

-- Moves the head of someone: leaves a mark, counts what was written, and adds to the digest. Whoever calls holds
-- the head. Marks beyond those that are kept go, but for that of the last erasure. Without `to_seq` nothing has
-- changed: what was written is counted, and the head stays where it is.
create function zafu.advance_head(
  person uuid, to_seq bigint, why text, ids bigint, changes bigint, bytes bigint, more bigint, words bigint[]
) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  today date := (now() at time zone 'UTC')::date;
  left_mark uuid;
  h zafu.sync_state;
begin
  if to_seq is not null then
    insert into zafu.history (userid, seq, reason) values (person, to_seq, why) returning mark into left_mark;
  end if;
  update zafu.sync_state t
  set seq = coalesce(to_seq, t.seq),
      mark = coalesce(left_mark, t.mark),
      marks = t.marks + case when to_seq is null then 0 else 1 end,
      newday = today,
      newids = ids + case when t.newday = today then t.newids else 0 end,
      edits = changes + case when t.newday = today then t.edits else 0 end,
      newbytes = bytes + case when t.newday = today then t.newbytes else 0 end,
      sits = t.sits + more,
      digest = array(
        select (t.digest[n] + words[n]) & 4294967295 from generate_series(1, 4) as n order by n
      )
  where t.userid = person
  returning t.* into h;
  if why <> 'erased' then -- nobody is kept from erasing
    perform zafu.check_daily_limits(h.newids, h.edits, h.newbytes);
  end if;
  if h.marks >= 2 * zafu.min_history_length() then
    with kept as (
      select min(seq) as seq from (
        select m.seq from zafu.history m where m.userid = person order by m.seq desc limit zafu.min_history_length()
      ) as newest
    ), pruned as (
      delete from zafu.history m using kept
      where m.userid = person and m.seq < kept.seq
        and m.seq is distinct from (
          select max(e.seq) from zafu.history e where e.userid = person and e.reason = 'erased'
        )
      returning m.seq
    )
    update zafu.sync_state t
    set marks = t.marks - (select count(*) from pruned),
        floor = greatest(t.floor, (select max(seq) from pruned))
    where t.userid = person;
  end if;
  return left_mark;
end $$;

-- Brings the weeks of a client that has just written up to now. What that changes comes here again, and ends.
create function zafu.update_weeks_after_write() returns void
language plpgsql security definer set search_path = '' as $$
begin
  if pg_trigger_depth() = 1 and auth.uid() is not null
      and auth.uid()::text is distinct from current_setting('zafu.unpartnered_user', true) then
    perform zafu.update_weeks(auth.uid());
  end if;
end $$;

-- New rows: the heads move, the weeks are counted anew.
create function zafu.after_insert() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.advance_head(
    w.userid, w.seq, 'moved', w.ids, 0, w.bytes, w.ids, array[w.word1, w.word2, w.word3, w.word4]::bigint[]
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
      offset 0 -- or else each hash would be made four times
    ) as r
    group by r.userid
  ) as w;
  perform zafu.recount_weeks(array(select distinct weekid from new_rows where weekid is not null));
  perform zafu.update_weeks_after_write();
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
  -- A row that is written as it was costs as much as a change. What has changed is numbered beyond the head.
  if pg_trigger_depth() = 1 and auth.uid() is not null then
    perform zafu.advance_head(
      auth.uid(), null, 'moved', 0, u.rows, u.rows * zafu.bytes_per_row(), 0, '{0,0,0,0}'
    )
    from (
      select count(*) as rows from new_rows n
      where n.seq <= (select h.seq from zafu.sync_state h where h.userid = auth.uid())
    ) as u
    where u.rows > 0;
  end if;
  perform zafu.advance_head(
    w.userid, w.seq, 'moved', 0, w.changes, w.bytes, 0, array[w.word1, w.word2, w.word3, w.word4]::bigint[]
  )
  from (
    select r.userid, max(r.seq) as seq, count(*) as changes, sum(r.bytes)::bigint as bytes,
      sum(zafu.hash_word(r.hash, 1) - zafu.hash_word(r.was, 1)) as word1,
      sum(zafu.hash_word(r.hash, 2) - zafu.hash_word(r.was, 2)) as word2,
      sum(zafu.hash_word(r.hash, 3) - zafu.hash_word(r.was, 3)) as word3,
      sum(zafu.hash_word(r.hash, 4) - zafu.hash_word(r.was, 4)) as word4
    from (
      select n.userid, n.seq, zafu.bytes_per_row() + octet_length(n.note) + octet_length(n.label) as bytes,
        zafu.session_hash(n.id, n.startedat, n.sitlength, n.satlength, n.iscompleted, n.endedat,
          n.detailsrevision, n.detailsdevice, n.deletionrevision, n.deletiondevice) as hash,
        zafu.session_hash(o.id, o.startedat, o.sitlength, o.satlength, o.iscompleted, o.endedat,
          o.detailsrevision, o.detailsdevice, o.deletionrevision, o.deletiondevice) as was
      -- Neither user nor id ever changes, so that each row has its pair. A full join, because the plan is made for
      -- the first write of a connection and kept: after one of a single row, an inner join would be a nested loop,
      -- which takes quadratic time. The condition must not be strict, or it would be an inner join again.
      from new_rows n full join old_rows o on o.userid = n.userid and o.id = n.id
      where n.seq is distinct from o.seq
      offset 0
    ) as r
    group by r.userid
  ) as w;
  perform zafu.recount_weeks(array(
    select weekid from old_rows where weekid is not null
    union
    select weekid from new_rows where weekid is not null
  ));
  perform zafu.update_weeks_after_write();
  return null;
end $$;
create trigger after_update after update on public.sessions
  referencing old table as old_rows new table as new_rows
  for each statement execute function zafu.after_update();

-- The digest of someone's sits, from the sits themselves: what zafu.sync_state must hold.
create function zafu.compute_digest(person uuid, out sits bigint, out words bigint[])
language sql stable security definer set search_path = '' as $$
  select count(*), array[
    coalesce(sum(zafu.hash_word(r.hash, 1)), 0)::bigint & 4294967295,
    coalesce(sum(zafu.hash_word(r.hash, 2)), 0)::bigint & 4294967295,
    coalesce(sum(zafu.hash_word(r.hash, 3)), 0)::bigint & 4294967295,
    coalesce(sum(zafu.hash_word(r.hash, 4)), 0)::bigint & 4294967295
  ]
  from (
    select zafu.session_hash(s.id, s.startedat, s.sitlength, s.satlength, s.iscompleted, s.endedat,
      s.detailsrevision, s.detailsdevice, s.deletionrevision, s.deletiondevice) as hash
    from public.sessions s where s.userid = person
    offset 0
  ) as r
$$;

-- Sets each kept digest that is not the digest of the rows, and returns how many were set. For the project's owner,
-- after rows were written while triggers were off: until then, devices send and read everything again each day.
create function zafu.repair_digests() returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  person uuid;
  repaired bigint := 0;
begin
  for person in select h.userid from zafu.sync_state h order by h.userid loop
    -- A statement of its own: one that locks and reads would read what was before it waited.
    perform 1 from zafu.sync_state h where h.userid = person for update;
    update zafu.sync_state h set sits = d.sits, digest = d.words
    from zafu.compute_digest(person) as d
    where h.userid = person and (h.sits, h.digest) is distinct from (d.sits, d.words);
    if found then
      repaired := repaired + 1;
    end if;
  end loop;
  return repaired;
end $$;

-- Rows that are gone, with an account or by an administrator: the digest is that of the others. Without others it is
-- that of nothing, which needs no hashes: an erasure of a million sits must end in time.
create function zafu.after_delete() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  gone record;
begin
  for gone in select o.userid, count(*) as ids from old_rows o group by o.userid order by o.userid loop
    update zafu.sync_state h set sits = default, digest = default where h.userid = gone.userid and h.sits = gone.ids;
    -- With an account its head may be gone already.
    if not found and exists (select 1 from zafu.sync_state h where h.userid = gone.userid) then
      update zafu.sync_state h
      set sits = h.sits - gone.ids,
          digest = array[
            (h.digest[1] - w.word1) & 4294967295, (h.digest[2] - w.word2) & 4294967295,
            (h.digest[3] - w.word3) & 4294967295, (h.digest[4] - w.word4) & 4294967295
          ]
      from (
        select
          sum(zafu.hash_word(r.hash, 1))::bigint as word1, sum(zafu.hash_word(r.hash, 2))::bigint as word2,
          sum(zafu.hash_word(r.hash, 3))::bigint as word3, sum(zafu.hash_word(r.hash, 4))::bigint as word4
        from (
          select zafu.session_hash(o.id, o.startedat, o.sitlength, o.satlength, o.iscompleted, o.endedat,
            o.detailsrevision, o.detailsdevice, o.deletionrevision, o.deletiondevice) as hash
          from old_rows o where o.userid = gone.userid
          offset 0
        ) as r
      ) as w
      where h.userid = gone.userid;
    end if;
  end loop;
  perform zafu.recount_weeks(array(select distinct weekid from old_rows where weekid is not null));
  return null;
end $$;
create trigger after_delete after delete on public.sessions
  referencing old table as old_rows
  for each statement execute function zafu.after_delete();

create function zafu.after_truncate() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update zafu.sync_state set sits = default, digest = default;
  perform zafu.recount_weeks(array(select id from public.weeks));
  return null;
end $$;
create trigger after_truncate after truncate on public.sessions
  for each statement execute function zafu.after_truncate();
