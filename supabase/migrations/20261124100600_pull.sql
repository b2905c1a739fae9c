-- pull_sessions: the sessions that a device has not read yet, and whether its cursor is still valid.

-- Returns what is known of a cursor of the caller: "known" if the head was at this history id, at or after this seq;
-- "pruned" if history of that age is no longer stored, so that it may have been valid; "unknown" if it never was.
create function zafu.cursor_state(history_id uuid, seq bigint) returns text
language sql stable security definer set search_path = '' as $$
  select case
    when exists (
      select 1 from zafu.history h
      where h.id = cursor_state.history_id and h.userid = (select auth.uid()) and h.seq >= cursor_state.seq
    ) then 'known'
    when exists (
      select 1 from zafu.sync_state s
      where s.userid = (select auth.uid()) and s.pruned_seq >= cursor_state.seq
    ) then 'pruned'
    else 'unknown'
  end
$$;

-- Returns the caller's sessions that changed after the cursor (after_seq, after_history_id), which is the "next" of the
-- last response; without a cursor, all of them. Deleted sessions are included. At most 2,000 rows and 1 MiB unless
-- other limits are given, and at least one row.
--
-- Returns one value:
--   {"state": "ok" | "diverged", "rows": [...], "next": {seq, history_id}, "more": bool, "head": {seq, history_id},
--    "compare": bool, "erasure_id": id, "erasedat": timestamp}
-- "diverged": this database does not know the cursor, because it was restored from an older state or is another one.
-- Start again without a cursor, and push everything. "compare": the cursor is older than the stored history. The rows
-- after it are returned, but whether the database was restored is not known: compare digests after the last row.
-- "erasure_id": the last erasure of this account's data. A device that does not know it must ask the user before it
-- uploads anything.
--
-- The function is STABLE, so that head, history and rows are read from one snapshot of the database.
--
-- Errors: PT401 not signed in, PT410 the account was deleted, PT412 it has no profile.
create function public.pull_sessions(
  after_seq bigint default null,
  after_history_id uuid default null,
  max_rows integer default null,
  max_bytes integer default null
) returns json
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC' as $$
declare
  head zafu.head := zafu.own_head();
  row_limit integer := least(greatest(coalesce(max_rows, 2000), 1), zafu.rows_per_push());
  byte_limit integer := least(greatest(coalesce(max_bytes, 1048576), 1), zafu.bytes_per_push());
  cursor_state text :=
    case when after_history_id is null then 'known' else zafu.cursor_state(after_history_id, after_seq) end;
  rows json;
  last_seq bigint;
begin
  if auth.uid() is null then
    raise exception 'not signed in' using errcode = 'PT401', hint = 'The token contains no user.';
  end if;
  if head is null then
    perform zafu.raise_no_profile();
  end if;
  if (after_seq is null) <> (after_history_id is null) or cursor_state = 'unknown' then
    return json_build_object(
      'state', 'diverged', 'rows', '[]'::json, 'more', true,
      'next', null, 'head', json_build_object('seq', head.seq, 'history_id', head.history_id), 'compare', false,
      'erasure_id', head.erasure_id, 'erasedat', head.erasedat
    );
  end if;

  -- Limited by an estimate of each row's size, before any JSON is built. The first row is always included.
  with candidate as (
    select seq, session, row_number() over by_seq as row_count, sum(size) over by_seq as total_size
    from (
      select t.seq, zafu.as_session(t) as session, 700 + octet_length(t.note) + octet_length(t.label) as size
      from public.sessions t
      where t.userid = (select auth.uid()) and t.seq > coalesce(after_seq, 0)
      order by t.seq limit row_limit
    ) as found
    window by_seq as (order by seq rows unbounded preceding)
  )
  select json_agg(row_to_json(session) order by seq), max(seq)
  into rows, last_seq
  from candidate where total_size <= byte_limit or row_count = 1;

  last_seq := coalesce(last_seq, head.seq);
  return json_build_object(
    'state', 'ok',
    'rows', coalesce(rows, '[]'::json),
    'next', json_build_object('seq', last_seq, 'history_id', head.history_id),
    'more', last_seq < head.seq,
    'compare', cursor_state = 'pruned',
    'head', json_build_object('seq', head.seq, 'history_id', head.history_id),
    'erasure_id', head.erasure_id, 'erasedat', head.erasedat
  );
end $$;

create function zafu.own_sync_state() returns zafu.sync_state
language sql stable security definer set search_path = '' as $$
  select s.* from zafu.sync_state s where s.userid = (select auth.uid())
$$;

-- Returns the number of the caller's sessions, deleted ones included, and the digest that is updated with every write:
-- four words of eight hexadecimal digits, see zafu.session_hash. Two copies with the same digest are the same. It takes
-- as long for many sessions as for few.
create function public.digest_sessions() returns json
language sql stable security invoker set search_path = '' as $$
  select json_build_object(
    'count', coalesce((own.state).session_count, 0),
    'digest', (
      select string_agg(lpad(to_hex(coalesce((own.state).digest[n], 0)), 8, '0'), '' order by n)
      from generate_series(1, 4) as n
    )
  )
  from (select zafu.own_sync_state() as state offset 0) as own
$$;
