-- pull_sessions: what a device has not read yet, and whether what it has read is still the truth.

-- Whether the caller's sits have been at this mark, and not before this seq.
create function zafu.has_been_at(mark uuid, seq bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select 1 from zafu.marks m
    where m.mark = has_been_at.mark and m.userid = (select auth.uid()) and m.seq >= has_been_at.seq
  )
$$;

-- The caller's sits that have changed since (after_seq, after_mark), the cursor that the last answer named as
-- "next"; without one, all of them. Deleted sits are among them. A page has up to 2,000 rows and 1 MiB unless
-- other limits are named, and one row at least.
--
-- It answers one value:
--   {"state": "ok" | "diverged", "rows": [...], "next": {seq, mark}, "more": bool, "head": {seq, mark},
--    "erased": mark, "erasedat": moment}
-- "diverged": this database does not know the cursor. It was restored from an older state, or is another
-- one: begin again without a cursor, and push everything. "erased" is the mark of the last erasure of this
-- account's data; one that the device does not know means that it must ask before it uploads anything.
--
-- Head, marks and rows are read in one snapshot, which is what STABLE gives to all of a function.
--
-- Errors: PT401 nobody signed in, PT410 the account was deleted, PT412 it has no profile.
create function public.pull_sessions(
  after_seq bigint default null,
  after_mark uuid default null,
  max_rows integer default null,
  max_bytes integer default null
) returns json
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC' as $$
declare
  head zafu.head := zafu.own_head();
  start bigint := coalesce(after_seq, 0);
  most integer := least(greatest(coalesce(max_rows, 2000), 1), zafu.rows_a_push());
  bytes integer := least(greatest(coalesce(max_bytes, 1048576), 1), zafu.bytes_a_push());
  page json;
  last bigint;
begin
  if auth.uid() is null then
    raise exception 'nobody is signed in' using errcode = 'PT401', hint = 'The token names no one.';
  end if;
  if head is null then
    perform zafu.refuse_without_profile();
  end if;
  if (after_seq is null) <> (after_mark is null)
      or (after_mark is not null and not zafu.has_been_at(after_mark, after_seq)) then
    return json_build_object(
      'state', 'diverged', 'rows', '[]'::json, 'more', true,
      'next', null, 'head', json_build_object('seq', head.seq, 'mark', head.mark),
      'erased', head.erased, 'erasedat', head.erasedat
    );
  end if;

  -- Cut by what the texts weigh, before any JSON is made of them; the first row always goes.
  with sent as (
    select seq, sit, row_number() over by_seq as place, sum(weight) over by_seq as weight
    from (
      select t.seq, zafu.sit_of(t) as sit, 700 + octet_length(t.note) + octet_length(t.label) as weight
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
    'next', json_build_object('seq', last, 'mark', head.mark),
    'more', last < head.seq,
    'head', json_build_object('seq', head.seq, 'mark', head.mark),
    'erased', head.erased, 'erasedat', head.erasedat
  );
end $$;

-- How many sits the caller has, deleted ones too, and a digest of their states: two copies that agree have
-- the same. SHA-256 over one line for each sit, in the order of ids, each ended by a line feed:
--   id|startedat|sitlength|satlength|stage|endedat|detailsrevision|detailsdevice|deletionrevision|deletiondevice
-- with ids in lower case, moments as milliseconds since 1970 or nothing, and the stage as 0 (started),
-- 1 (ended early) or 2 (completed).
create function public.digest_sessions() returns json
language sql stable security invoker set search_path = '' as $$
  select json_build_object(
    'count', count(*),
    'digest', encode(sha256(convert_to(coalesce(string_agg(concat_ws('|',
      s.id,
      (extract(epoch from s.startedat) * 1000)::bigint,
      s.sitlength,
      s.satlength,
      zafu.stage(zafu.sit_of(s)),
      coalesce((extract(epoch from s.endedat) * 1000)::bigint::text, ''),
      s.detailsrevision,
      s.detailsdevice,
      s.deletionrevision,
      s.deletiondevice
    ) || E'\n', '' order by s.id), ''), 'UTF8')), 'hex')
  )
  from public.sessions s where s.userid = (select auth.uid())
$$;
