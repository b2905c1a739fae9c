-- pull_sessions: what a device has not read yet, and whether what it has read is still the truth.

-- What is known of a cursor of the caller's. "known": the sits have been at this mark, and not before this seq.
-- "pruned": such an old mark is not stored any more, so that it may have been there. "unknown": it never was.
create function zafu.cursor_state(mark uuid, seq bigint) returns text
language sql stable security definer set search_path = '' as $$
  select case
    when exists (
      select 1 from zafu.history m
      where m.mark = cursor_state.mark and m.userid = (select auth.uid()) and m.seq >= cursor_state.seq
    ) then 'known'
    when exists (
      select 1 from zafu.sync_state h where h.userid = (select auth.uid()) and h.floor >= cursor_state.seq
    ) then 'pruned'
    else 'unknown'
  end
$$;

-- The caller's sits that have changed since (after_seq, after_history_id), the cursor that the last answer named as
-- "next"; without one, all of them. Deleted sits are among them. A page has up to 2,000 rows and 1 MiB unless
-- other limits are named, and one row at least.
--
-- It answers one value:
--   {"state": "ok" | "diverged", "rows": [...], "next": {seq, history_id}, "more": bool, "head": {seq, history_id},
--    "compare": bool, "erasure_id": id, "erasedat": moment}
-- "diverged": this database does not know the cursor. It was restored from an older state, or is another
-- one: begin again without a cursor, and push everything. "compare": the cursor is older than all marks that are
-- stored. What follows it is answered, but whether this database was restored cannot be told from it: compare
-- digests, once all was read. "erasure_id" is that of the last erasure of this
-- account's data; one that the device does not know means that it must ask before it uploads anything.
--
-- Head, marks and rows are read in one snapshot, which is what STABLE gives to all of a function.
--
-- Errors: PT401 nobody signed in, PT410 the account was deleted, PT412 it has no profile.
create function public.pull_sessions(
  after_seq bigint default null,
  after_history_id uuid default null,
  max_rows integer default null,
  max_bytes integer default null
) returns json
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC' as $$
declare
  head zafu.head := zafu.own_head();
  start bigint := coalesce(after_seq, 0);
  most integer := least(greatest(coalesce(max_rows, 2000), 1), zafu.rows_per_push());
  bytes integer := least(greatest(coalesce(max_bytes, 1048576), 1), zafu.bytes_per_push());
  page json;
  last bigint;
  known text := case when after_history_id is null then 'known' else zafu.cursor_state(after_history_id, after_seq) end;
begin
  if auth.uid() is null then
    raise exception 'nobody is signed in' using errcode = 'PT401', hint = 'The token names no one.';
  end if;
  if head is null then
    perform zafu.raise_no_profile();
  end if;
  if (after_seq is null) <> (after_history_id is null) or known = 'unknown' then
    return json_build_object(
      'state', 'diverged', 'rows', '[]'::json, 'more', true,
      'next', null, 'head', json_build_object('seq', head.seq, 'history_id', head.mark), 'compare', false,
      'erasure_id', head.erased, 'erasedat', head.erasedat
    );
  end if;

  -- Cut by what the texts weigh, before any JSON is made of them; the first row always goes.
  with sent as (
    select seq, sit, row_number() over by_seq as place, sum(weight) over by_seq as weight
    from (
      select t.seq, zafu.as_session(t) as sit, 700 + octet_length(t.note) + octet_length(t.label) as weight
      from public.sessions t
      where t.userid = (select auth.uid()) and t.seq > start
      order by t.seq limit most
    ) as found
    window by_seq as (order by seq rows unbounded preceding)
  )
  select json_agg(row_to_json(sit) order by seq), max(seq)
  into page, last
  from sent where weight <= bytes or place = 1;

  last := coalesce(last, head.seq);
  return json_build_object(
    'state', 'ok',
    'rows', coalesce(page, '[]'::json),
    'next', json_build_object('seq', last, 'history_id', head.mark),
    'more', last < head.seq,
    'compare', known = 'pruned',
    'head', json_build_object('seq', head.seq, 'history_id', head.mark),
    'erasure_id', head.erased, 'erasedat', head.erasedat
  );
end $$;

-- The digest that is kept with every write, of the caller's sits.
create function zafu.own_sync_state() returns zafu.sync_state
language sql stable security definer set search_path = '' as $$
  select h.* from zafu.sync_state h where h.userid = (select auth.uid())
$$;

-- How many sits the caller has, deleted ones too, and a digest of their states: two copies that agree have the
-- same. Four words in hexadecimal, of eight digits each: see zafu.session_hash. It takes as long for many sits as
-- for few.
create function public.digest_sessions() returns json
language sql stable security invoker set search_path = '' as $$
  select json_build_object(
    'count', coalesce((h).sits, 0),
    'digest', (
      select string_agg(lpad(to_hex(coalesce((h).digest[n], 0)), 8, '0'), '' order by n)
      from generate_series(1, 4) as n
    )
  )
  from (select zafu.own_sync_state() as h offset 0) as own
$$;
