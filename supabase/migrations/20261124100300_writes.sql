-- What happens at every write to sessions, for `push_sessions` as well as for a client that writes to the table
-- directly.

-- Before a statement: locks the writer.
create function zafu.lock_writer() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := auth.uid();
begin
  if user_id is not null then
    perform zafu.lock_users(array[user_id]);
  end if;
  -- For a user who never had a partner, zafu.derive_columns need not look for a week at each row. A partnership that
  -- starts or ends takes the same locks, so this holds until the transaction ends.
  perform set_config('zafu.unpartnered_user', case when user_id is null or exists (
    select 1 from public.partnerships p where p.userid = user_id or p.partnerid = user_id
  ) then '' else user_id::text end, true);
  return null;
end $$;
create trigger lock_writer before insert or update or delete on public.sessions
  for each statement execute function zafu.lock_writer();

-- Before each row: raises an error if a merge would undo the change, because a success that changes nothing would be
-- misleading; derives the columns of the server; and gives a new seq to rows that changed, and to no others, because
-- devices pull every row with a new seq.
create function zafu.derive_columns() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  before zafu.session;
  after zafu.session := zafu.as_session(new);
  week record;
begin
  if tg_op = 'UPDATE' then
    before := zafu.as_session(old);
    if new.userid <> old.userid or zafu.merge(before, after) is distinct from after then
      raise exception 'this would undo a later state of the session %', old.id
        using errcode = 'PT409',
              hint = 'The lifecycle only moves forward; details and deletion change with a higher revision. '
                     'push_sessions merges instead.';
    end if;
    new.receivedat := old.receivedat;
    new.seq := old.seq;
  else
    new.receivedat := now();
  end if;
  -- Only if an administrator writes for a user: clients hold their own lock already.
  if new.userid::text is distinct from current_setting('zafu.locked_user', true) then
    perform zafu.lock_users(array[new.userid]);
  end if;
  if new.userid::text = current_setting('zafu.unpartnered_user', true) then
    new.partnershipid := null;
    new.weekid := null;
  else
    week := zafu.find_week(new.userid, coalesce(new.correctedstart, new.startedat));
    new.partnershipid := week.partnership_id;
    new.weekid := week.week_id;
  end if;
  if after is distinct from before then
    new.seq := nextval('zafu.seq');
  end if;
  return new;
end $$;
create trigger derive_columns before insert or update on public.sessions
  for each row execute function zafu.derive_columns();

-- Limits of what one account may write in one day (UTC). Enough to import a log of many years at once, but no account
-- fills a small project in a day.
create function zafu.new_ids_per_day() returns bigint
language sql immutable parallel safe return 250000;
create function zafu.edits_per_day() returns bigint
language sql immutable parallel safe return 250000;
create function zafu.bytes_per_day() returns bigint
language sql immutable parallel safe return 134217728;

-- What a row costs besides its texts, with its share of the indexes: an estimate.
create function zafu.bytes_per_row() returns bigint
language sql immutable parallel safe return 400;

-- Raises PT429 if these amounts exceed the limits of a day. Administrators have no limits.
create function zafu.check_daily_limits(new_ids bigint, edits bigint, new_bytes bigint) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if auth.uid() is not null and (
      new_ids > zafu.new_ids_per_day() or edits > zafu.edits_per_day() or new_bytes > zafu.bytes_per_day()) then
    raise exception 'more than % new sessions, % changes or % bytes of one account in one day',
        zafu.new_ids_per_day(), zafu.edits_per_day(), zafu.bytes_per_day()
      using errcode = 'PT429', hint = 'Try again tomorrow.';
  end if;
end $$;

-- How many history rows of a user are never pruned. Pruning starts at twice as many.
create function zafu.min_history_length() returns integer
language sql immutable parallel safe return 2000;

-- Returns the hash of a session for the digest: SHA-256, in hexadecimal, of
--   id|startedat|sitlength|satlength|stage|endedat|detailsrevision|detailsdevice|deletionrevision|deletiondevice
-- with ids in lower case, timestamps as milliseconds since 1970 or empty, the stage as 0 (started), 1 (ended early) or 2
-- (completed), and a line feed at the end. The digest of a set of sessions is the sum of the first four 32-bit words of
-- their hashes, each word modulo 2^32: it does not depend on their order, and a write updates it by adding the new hash
-- and subtracting the old one. See digest.rs in the crate zafu-sync.
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

-- Returns a 32-bit word of a hash; `index` is 1 to 4.
create function zafu.hash_word(hash text, index integer) returns bigint
language sql immutable parallel safe
return ('x' || substr(hash, 8 * index - 7, 8))::bit(32)::bigint;

-- Advances a user's head to `new_seq`: adds a history row, the usage of the day, and the changes to the digest. If
-- `new_seq` is null, no session changed: only the usage is added. Prunes the history, but never the last erasure. The
-- caller holds the user's lock. Returns the new history id.
create function zafu.advance_head(
  user_id uuid, new_seq bigint, reason text, new_ids bigint, edits bigint, new_bytes bigint, added_sessions bigint,
  added_words bigint[]
) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  today date := (now() at time zone 'UTC')::date;
  new_history_id uuid;
  state zafu.sync_state;
begin
  if new_seq is not null then
    insert into zafu.history (userid, seq, reason) values (user_id, new_seq, advance_head.reason)
    returning id into new_history_id;
  end if;
  update zafu.sync_state s
  set seq = coalesce(new_seq, s.seq),
      history_id = coalesce(new_history_id, s.history_id),
      history_length = s.history_length + case when new_seq is null then 0 else 1 end,
      usage_date = today,
      new_ids = advance_head.new_ids + case when s.usage_date = today then s.new_ids else 0 end,
      edits = advance_head.edits + case when s.usage_date = today then s.edits else 0 end,
      new_bytes = advance_head.new_bytes + case when s.usage_date = today then s.new_bytes else 0 end,
      session_count = s.session_count + added_sessions,
      digest = array(
        select (s.digest[n] + added_words[n]) & 4294967295 from generate_series(1, 4) as n order by n
      )
  where s.userid = user_id
  returning s.* into state;
  if reason <> 'erased' then -- erasing has no limit
    perform zafu.check_daily_limits(state.new_ids, state.edits, state.new_bytes);
  end if;
  if state.history_length >= 2 * zafu.min_history_length() then
    with kept as (
      select min(seq) as seq from (
        select h.seq from zafu.history h where h.userid = user_id
        order by h.seq desc limit zafu.min_history_length()
      ) as newest
    ), pruned as (
      delete from zafu.history h using kept
      where h.userid = user_id and h.seq < kept.seq
        and h.seq is distinct from (
          select max(e.seq) from zafu.history e where e.userid = user_id and e.reason = 'erased'
        )
      returning h.seq
    )
    update zafu.sync_state s
    set history_length = s.history_length - (select count(*) from pruned),
        pruned_seq = greatest(s.pruned_seq, (select max(seq) from pruned))
    where s.userid = user_id;
  end if;
  return new_history_id;
end $$;

-- Updates the weeks of a client that has just written. The updates that this makes fire the triggers again, one level
-- deeper, where it does nothing.
create function zafu.update_weeks_after_write() returns void
language plpgsql security definer set search_path = '' as $$
begin
  if pg_trigger_depth() = 1 and auth.uid() is not null
      and auth.uid()::text is distinct from current_setting('zafu.unpartnered_user', true) then
    perform zafu.update_weeks(auth.uid());
  end if;
end $$;

-- After an insert: advances the heads and recounts the weeks.
create function zafu.after_insert() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform zafu.advance_head(
    w.userid, w.seq, 'written', w.ids, 0, w.bytes, w.ids, array[w.word1, w.word2, w.word3, w.word4]::bigint[]
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
      offset 0 -- or PostgreSQL computes each hash four times
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

-- After an update: likewise, but only rows with a new seq advance a head.
create function zafu.after_update() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- A client that updates a session which does not exist, or is not its own, must get an error. Updates by other
  -- triggers may match nothing.
  if pg_trigger_depth() = 1 and current_setting('role', true) in ('anon', 'authenticated')
      and not exists (select 1 from new_rows) then
    raise exception 'you have no such session'
      using errcode = 'PT404', hint = 'Nothing was changed. push_sessions sends whole sessions.';
  end if;
  -- A row that is written without a change costs as much as a change. Rows that changed have a seq above the head.
  if pg_trigger_depth() = 1 and auth.uid() is not null then
    perform zafu.advance_head(
      auth.uid(), null, 'written', 0, u.rows, u.rows * zafu.bytes_per_row(), 0, '{0,0,0,0}'
    )
    from (
      select count(*) as rows from new_rows n
      where n.seq <= (select s.seq from zafu.sync_state s where s.userid = auth.uid())
    ) as u
    where u.rows > 0;
  end if;
  perform zafu.advance_head(
    w.userid, w.seq, 'written', 0, w.changes, w.bytes, 0, array[w.word1, w.word2, w.word3, w.word4]::bigint[]
  )
  from (
    select r.userid, max(r.seq) as seq, count(*) as changes, sum(r.bytes)::bigint as bytes,
      sum(zafu.hash_word(r.new_hash, 1) - zafu.hash_word(r.old_hash, 1)) as word1,
      sum(zafu.hash_word(r.new_hash, 2) - zafu.hash_word(r.old_hash, 2)) as word2,
      sum(zafu.hash_word(r.new_hash, 3) - zafu.hash_word(r.old_hash, 3)) as word3,
      sum(zafu.hash_word(r.new_hash, 4) - zafu.hash_word(r.old_hash, 4)) as word4
    from (
      select n.userid, n.seq, zafu.bytes_per_row() + octet_length(n.note) + octet_length(n.label) as bytes,
        zafu.session_hash(n.id, n.startedat, n.sitlength, n.satlength, n.iscompleted, n.endedat,
          n.detailsrevision, n.detailsdevice, n.deletionrevision, n.deletiondevice) as new_hash,
        zafu.session_hash(o.id, o.startedat, o.sitlength, o.satlength, o.iscompleted, o.endedat,
          o.detailsrevision, o.detailsdevice, o.deletionrevision, o.deletiondevice) as old_hash
      -- User and id never change, so each row has its pair. A full join, because PostgreSQL keeps the plan that it made
      -- for the first write of a connection: if that was a single row, an inner join would be a nested loop, quadratic
      -- for many rows. The condition must not be strict, or the planner would make it an inner join.
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

-- Computes the digest of a user's sessions from the rows: what zafu.sync_state must contain.
create function zafu.compute_digest(user_id uuid, out session_count bigint, out digest bigint[])
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
    from public.sessions s where s.userid = user_id
    offset 0
  ) as r
$$;

-- Corrects each stored digest that differs from that of the rows, and returns how many there were. For the owner of
-- the project, after rows were written while triggers were disabled: until then, devices send and read everything again
-- each day.
create function zafu.repair_digests() returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid;
  repaired bigint := 0;
begin
  for user_id in select s.userid from zafu.sync_state s order by s.userid loop
    -- A statement of its own: one that locks and reads would read the state before it waited.
    perform 1 from zafu.sync_state s where s.userid = user_id for update;
    update zafu.sync_state s set session_count = d.session_count, digest = d.digest
    from zafu.compute_digest(user_id) as d
    where s.userid = user_id and (s.session_count, s.digest) is distinct from (d.session_count, d.digest);
    if found then
      repaired := repaired + 1;
    end if;
  end loop;
  return repaired;
end $$;

-- After a delete, with an account or by an administrator: subtracts the rows from the digest. If no rows are left the
-- digest is zero, which needs no hashes: erasing a million sessions must end in time.
create function zafu.after_delete() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  deleted record;
begin
  for deleted in select o.userid, count(*) as ids from old_rows o group by o.userid order by o.userid loop
    update zafu.sync_state s set session_count = default, digest = default
    where s.userid = deleted.userid and s.session_count = deleted.ids;
    -- With an account, its zafu.sync_state may be deleted already.
    if not found and exists (select 1 from zafu.sync_state s where s.userid = deleted.userid) then
      update zafu.sync_state s
      set session_count = s.session_count - deleted.ids,
          digest = array[
            (s.digest[1] - w.word1) & 4294967295, (s.digest[2] - w.word2) & 4294967295,
            (s.digest[3] - w.word3) & 4294967295, (s.digest[4] - w.word4) & 4294967295
          ]
      from (
        select
          sum(zafu.hash_word(r.hash, 1))::bigint as word1, sum(zafu.hash_word(r.hash, 2))::bigint as word2,
          sum(zafu.hash_word(r.hash, 3))::bigint as word3, sum(zafu.hash_word(r.hash, 4))::bigint as word4
        from (
          select zafu.session_hash(o.id, o.startedat, o.sitlength, o.satlength, o.iscompleted, o.endedat,
            o.detailsrevision, o.detailsdevice, o.deletionrevision, o.deletiondevice) as hash
          from old_rows o where o.userid = deleted.userid
          offset 0
        ) as r
      ) as w
      where s.userid = deleted.userid;
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
  update zafu.sync_state set session_count = default, digest = default;
  perform zafu.recount_weeks(array(select id from public.weeks));
  return null;
end $$;
create trigger after_truncate after truncate on public.sessions
  for each statement execute function zafu.after_truncate();
