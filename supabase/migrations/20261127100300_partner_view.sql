-- sync_partner: everything that a device sends and reads about the partner. And the seq in `pull_sessions` by which a
-- device notices that there is something to read.

-- Each store_ function stores one part of what a device sends, in any order, any number of times, and returns its
-- outcome. The caller holds the locks.

-- Bumps what a user and, if they have one, their partner see. Both must be locked, as zafu.lock_users does.
create function zafu.note_change(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  update public.partnerships p set seq = nextval('zafu.seq')
  where (p.userid = user_id or p.partnerid = user_id) and p.endedat is null;
  update zafu.sync_state s set partner_seq = nextval('zafu.seq') where s.userid = user_id;
  perform zafu.count_changes(user_id, 1);
end $$;

-- The fields of all parts, as text.
create type zafu.partner_part as (
  id text, partnership_id text, name text, image text, target text, level text, revision text, deviceid text
);

-- Returns whether what was sent of a register is "unchanged", "older", or to be "stored", or its first invalid field.
create function zafu.register_outcome(
  stored_revision bigint, stored_device uuid, new_revision bigint, new_device uuid
) returns text
language sql immutable parallel safe
return case
  when new_revision is null then 'bad_revision'
  when new_device is null then 'bad_deviceid'
  when new_revision = stored_revision and new_device = stored_device then 'unchanged'
  when new_revision < stored_revision or new_revision = stored_revision and new_device < stored_device then 'older'
  else 'stored'
end;

-- Stores profile and target, each of which may be null; in one update, because a
-- transaction updates a row of public.users only once. A target holds from the next
-- week: weeks that have started get their goal first, and those that have a row before they start get it again.
create function zafu.store_profile_and_target(user_id uuid, profile json, target json) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  own public.users;
  sent_profile zafu.partner_part;
  sent_target zafu.partner_part;
  new_name text;
  new_image text;
  new_target integer;
  profile_outcome text;
  target_outcome text;
begin
  select u.* into own from public.users u where u.id = user_id;
  if json_typeof(profile) = 'object' then
    sent_profile := json_populate_record(null::zafu.partner_part, profile);
    new_name := zafu.read_profile_name(coalesce(sent_profile.name, ''));
    new_image := zafu.read_profile_image(sent_profile.image);
    profile_outcome := case
      when new_name is null then 'bad_name'
      when new_image is null and sent_profile.image is not null then 'bad_image'
      else zafu.register_outcome(
        own.profilerevision, own.profiledevice, zafu.read_integer(sent_profile.revision, 1, zafu.max_revision()),
        zafu.read_uuid(sent_profile.deviceid)
      )
    end;
  elsif profile is not null then
    profile_outcome := 'not_an_object';
  end if;
  if json_typeof(target) = 'object' then
    sent_target := json_populate_record(null::zafu.partner_part, target);
    new_target := zafu.read_integer(sent_target.target, 0, 1000);
    target_outcome := case
      when new_target is null then 'bad_target'
      else zafu.register_outcome(
        own.targetrevision, own.targetdevice, zafu.read_integer(sent_target.revision, 1, zafu.max_revision()),
        zafu.read_uuid(sent_target.deviceid)
      )
    end;
  elsif target is not null then
    target_outcome := 'not_an_object';
  end if;
  if profile_outcome = 'stored' then
    own.name := new_name;
    own.image := new_image;
    own.profilerevision := sent_profile.revision::bigint;
    own.profiledevice := sent_profile.deviceid::uuid;
  end if;
  if target_outcome = 'stored' then
    perform zafu.create_weeks(p.id, zafu.week_number(p.firstweekat, now()))
    from public.partnerships p where (p.userid = user_id or p.partnerid = user_id) and p.endedat is null;
    own.weeklytarget := new_target;
    own.targetrevision := sent_target.revision::bigint;
    own.targetdevice := sent_target.deviceid::uuid;
  end if;
  if 'stored' in (profile_outcome, target_outcome) then
    update public.users u
    set name = own.name, image = own.image, profilerevision = own.profilerevision, profiledevice = own.profiledevice,
        weeklytarget = own.weeklytarget, targetrevision = own.targetrevision, targetdevice = own.targetdevice
    where u.id = user_id;
    update public.weeks w set weeklygoal = null -- derived again
    from public.partnerships p
    where target_outcome = 'stored' and p.id = w.partnershipid and (p.userid = user_id or p.partnerid = user_id)
      and p.endedat is null and w.weekstart > clock_timestamp();
    perform zafu.note_change(user_id);
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'profile', case profile_outcome when 'unchanged' then 'stored' else profile_outcome end,
    'target', case target_outcome when 'unchanged' then 'stored' else target_outcome end
  ));
end $$;

create function zafu.store_privacy(user_id uuid, sent zafu.partner_part) returns text
language plpgsql security definer set search_path = '' as $$
declare
  partnership_id uuid := zafu.read_uuid(sent.partnership_id);
  new_level text := zafu.read_privacy_level(sent.level);
  new_revision bigint := zafu.read_integer(sent.revision, 1, zafu.max_revision());
  new_device uuid := zafu.read_uuid(sent.deviceid);
  p public.partnerships;
  outcome text;
begin
  if partnership_id is null then
    return 'bad_partnership_id';
  elsif new_level is null then
    return 'bad_level';
  end if;
  select q.* into p from public.partnerships q
  where q.id = partnership_id and (q.userid = user_id or q.partnerid = user_id) and q.endedat is null;
  if p.userid = user_id then
    outcome := zafu.register_outcome(p.inviterprivacyrevision, p.inviterprivacydevice, new_revision, new_device);
  else
    outcome := zafu.register_outcome(p.inviteeprivacyrevision, p.inviteeprivacydevice, new_revision, new_device);
  end if;
  if p.id is null and outcome not like 'bad%' then
    return 'no_partnership';
  elsif outcome <> 'stored' then
    return case outcome when 'unchanged' then 'stored' else outcome end;
  elsif p.userid = user_id then
    update public.partnerships q
    set inviterprivacy = new_level, inviterprivacyrevision = new_revision, inviterprivacydevice = new_device
    where q.id = p.id;
  else
    update public.partnerships q
    set inviteeprivacy = new_level, inviteeprivacyrevision = new_revision, inviteeprivacydevice = new_device
    where q.id = p.id;
  end if;
  perform zafu.note_change(user_id);
  return 'stored';
end $$;

-- A bow is allowed when the count of the partner has risen since the last one.
create function zafu.store_bow(user_id uuid, sent zafu.partner_part) returns text
language plpgsql security definer set search_path = '' as $$
declare
  bow_id uuid := zafu.read_uuid(sent.id);
  partnership_id uuid := zafu.read_uuid(sent.partnership_id);
  p public.partnerships;
  partner_id uuid;
begin
  if bow_id is null then
    return 'bad_id';
  elsif partnership_id is null then
    return 'bad_partnership_id';
  end if;
  select q.* into p from public.partnerships q
  where q.id = partnership_id and (q.userid = user_id or q.partnerid = user_id);
  partner_id := case p.userid when user_id then p.partnerid else p.userid end;
  if exists (
    select 1 from zafu.partner_news n
    where n.recipient = partner_id and n.partnershipid = p.id and n.kind = 'bow' and n.bowid = bow_id
  ) then
    return 'sent';
  elsif p.id is null or p.endedat is not null then
    return 'no_partnership';
  elsif not (case p.userid when user_id then p.invitermaybow else p.inviteemaybow end) then
    return 'not_yet';
  end if;
  update public.partnerships q
  set invitermaybow = q.invitermaybow and q.userid <> user_id,
      inviteemaybow = q.inviteemaybow and q.partnerid <> user_id
  where q.id = p.id;
  perform zafu.add_news(partner_id, p.id, 'bow', null, bow_id);
  perform zafu.note_change(user_id);
  return 'sent';
end $$;

-- Ends the partnership, if it lasts.
create function zafu.store_leave(user_id uuid, sent zafu.partner_part) returns text
language plpgsql security definer set search_path = '' as $$
declare
  partnership_id uuid := zafu.read_uuid(sent.partnership_id);
  p public.partnerships;
begin
  if partnership_id is null then
    return 'bad_partnership_id';
  end if;
  select q.* into p from public.partnerships q
  where q.id = partnership_id and (q.userid = user_id or q.partnerid = user_id);
  if not found then
    return 'no_partnership';
  elsif p.endedat is null then
    perform zafu.end_partnership(user_id);
    perform zafu.count_changes(user_id, 1);
  end if;
  return 'left';
end $$;

-- Returns all weeks of a partnership from the first to that of now or of its end, also those that have no row yet.
-- `is_over`: the whole week is within the partnership and has passed.
create function zafu.weeks_of(p public.partnerships)
returns table (number integer, weekstart timestamptz, goal integer, invitersits integer, inviteesits integer, is_over boolean)
language sql stable security definer set search_path = '' as $$
  select n.number, n.weekstart, coalesce(w.weeklygoal, zafu.week_goal(p, n.number)), coalesce(w.invitersits, 0),
    coalesce(w.inviteesits, 0), n.weekstart + interval '168 hours' <= least(now(), p.endedat)
  from (
    select number, p.firstweekat + (number - 1) * interval '168 hours' as weekstart
    from generate_series(1, greatest(
      -- A partnership that ends with a week does not begin the next one.
      ceil(extract(epoch from least(now(), p.endedat) - p.firstweekat) / 604800)::integer, 1
    )) as number
  ) as n
  left join public.weeks w on w.partnershipid = p.id and w.weeknumber = n.number
$$;

create function zafu.times_shown_days() returns integer
language sql immutable parallel safe return 28;

-- Returns what a user of a partnership shows to the other: {"name", "image", "target", "shares", "times"}. "times" is
-- null unless the user shares times: the start, the length in seconds and the UTC offset in minutes of each sit that
-- counts here, of the last 28 days, the newest 1,000 at most.
create function zafu.shown_by(user_id uuid, p public.partnerships) returns json
language sql stable security definer set search_path = '' as $$
  select json_build_object(
    'name', u.name, 'image', u.image, 'target', u.weeklytarget, 'shares', level.shares,
    'times', case level.shares when 'times' then coalesce((
      select json_agg(json_build_array(t.start, t.seconds, t.utcoffset) order by t.start)
      from (
        select zafu.effective_start(s) as start, zafu.effective_length(s) as seconds,
          zafu.effective_offset(s) as utcoffset
        from public.sessions s
        where s.userid = user_id and s.partnershipid = p.id and s.weekid is not null and zafu.is_counted(s)
          and zafu.effective_start(s) > now() - zafu.times_shown_days() * interval '1 day'
        order by zafu.effective_start(s) desc limit 1000
      ) as t
    ), '[]') end
  )
  from public.users u
  cross join (select case p.userid when user_id then p.inviterprivacy else p.inviteeprivacy end as shares) as level
  where u.id = user_id
$$;

-- Returns what a user sees: see public.sync_partner. STABLE, so that all is read from the snapshot of the statement that
-- calls it.
create function zafu.partner_view(user_id uuid) returns json
language plpgsql stable security definer set search_path = '' set timezone = 'UTC' as $$
declare
  own public.users;
  p public.partnerships;
  is_inviter boolean;
  shown json; -- by the partner
  weeks json;
  kept bigint;
  missed bigint;
  partnership json;
begin
  select u.* into own from public.users u where u.id = user_id;
  select q.* into p from public.partnerships q
  where (q.userid = user_id or q.partnerid = user_id) and q.endedat is null;
  if p.id is not null then
    is_inviter := p.userid = user_id;
    shown := zafu.shown_by(case when is_inviter then p.partnerid else p.userid end, p);
    select
      json_agg(json_build_object(
        'number', w.number, 'start', w.weekstart, 'goal', w.goal,
        'mine', case when is_inviter then w.invitersits else w.inviteesits end,
        'partner', case when is_inviter then w.inviteesits else w.invitersits end,
        'kept', case when w.goal > 0 then w.invitersits + w.inviteesits >= w.goal end
      ) order by w.number) filter (where w.number > w.last - 104),
      count(*) filter (where w.goal > 0 and w.invitersits + w.inviteesits >= w.goal),
      count(*) filter (where w.goal > 0 and w.invitersits + w.inviteesits < w.goal and w.is_over)
    into weeks, kept, missed
    from (select all_weeks.*, max(all_weeks.number) over () as last from zafu.weeks_of(p) as all_weeks) as w;
    partnership := json_build_object(
      'id', p.id, 'startedat', p.startedat, 'firstweekat', p.firstweekat,
      'role', case when is_inviter then 'inviter' else 'invitee' end,
      'partner', json_build_object(
        'name', shown ->> 'name', 'image', shown ->> 'image', 'target', shown -> 'target', 'shares', shown ->> 'shares'
      ),
      'privacy', case when is_inviter then json_build_object(
        'level', p.inviterprivacy, 'revision', p.inviterprivacyrevision, 'deviceid', p.inviterprivacydevice
      ) else json_build_object(
        'level', p.inviteeprivacy, 'revision', p.inviteeprivacyrevision, 'deviceid', p.inviteeprivacydevice
      ) end,
      'weeks', weeks, 'kept', kept, 'missed', missed, 'times', shown -> 'times',
      'bow', json_build_object('may', case when is_inviter then p.invitermaybow else p.inviteemaybow end)
    );
  end if;
  return json_build_object(
    'profile', json_build_object(
      'name', own.name, 'image', own.image, 'revision', own.profilerevision, 'deviceid', own.profiledevice
    ),
    'target', json_build_object(
      'target', own.weeklytarget, 'revision', own.targetrevision, 'deviceid', own.targetdevice
    ),
    'invitation', (
      select json_build_object('expiresat', i.expiresat) from zafu.invitations i
      where i.userid = user_id and zafu.is_open(i)
    ),
    'partnership', partnership,
    'shown_to_partner', case when p.id is not null then zafu.shown_by(user_id, p) end,
    'former', (
      select coalesce(json_agg(json_build_object(
        'id', former.id, 'startedat', former.startedat, 'endedat', former.endedat, 'kept', total.kept, 'of', total.of
      ) order by former.endedat), '[]')
      from (
        select q.* from public.partnerships q
        where (q.userid = user_id or q.partnerid = user_id) and q.endedat is not null
        order by q.endedat desc limit 50
      ) as former
      cross join lateral (
        select count(*) filter (where w.is_kept) as kept, count(*) filter (where w.is_kept or w.is_over) as of
        from (
          select all_weeks.invitersits + all_weeks.inviteesits >= all_weeks.goal as is_kept, all_weeks.is_over
          from public.partnerships q cross join lateral zafu.weeks_of(q) as all_weeks
          where q.id = former.id and all_weeks.goal > 0
        ) as w
      ) as total
    ),
    'news', (
      select coalesce(json_agg(json_strip_nulls(json_build_object(
        'seq', n.seq, 'kind', n.kind, 'at', n.at, 'week', n.week
      )) order by n.seq), '[]')
      from (
        select m.* from zafu.partner_news m where m.recipient = user_id order by m.seq desc limit 50
      ) as n
    )
  );
end $$;

-- Stores what a device sends of the caller, and returns what they see: see public.sync_partner.
create function zafu.sync_partner_of_caller(body json) returns json
language plpgsql security definer set search_path = '' as $$
declare
  user_id uuid := auth.uid();
  sent record;
  has_changes boolean;
  head zafu.head;
  part record;
  read zafu.partner_part;
  outcomes jsonb := '{}';
  outcome text;
  seq bigint;
  view json;
begin
  if user_id is null then
    raise exception 'not signed in' using errcode = 'PT401', hint = 'The token contains no user.';
  end if;
  select b.* into sent from json_to_record(zafu.read_body(body)) as b (
    profile json, target json, privacy json, bow json, leave json, known_partner_seq text, erasure_id text
  );
  has_changes := coalesce(sent.profile, sent.target, sent.privacy, sent.bow, sent.leave) is not null;
  if sent.leave is not null then
    perform zafu.lock_user_and_partner(user_id);
  elsif has_changes then
    perform zafu.lock_own_sessions();
  end if;
  head := zafu.own_head();
  if head is null then
    perform zafu.raise_no_profile();
  end if;
  if head.erasure_id is not null and head.erasure_id is distinct from zafu.read_uuid(sent.erasure_id) then
    return json_build_object(
      'state', 'erased', 'partner_seq', zafu.partner_seq(user_id), 'outcomes', outcomes, 'erasure_id', head.erasure_id
    );
  end if;
  if sent.profile is not null or sent.target is not null then
    outcomes := zafu.store_profile_and_target(user_id, sent.profile, sent.target);
  end if;
  for part in
    select * from (values
      (1, 'privacy', sent.privacy), (2, 'bow', sent.bow), (3, 'leave', sent.leave)
    ) as p (ordinal, name, value)
    where p.value is not null order by p.ordinal
  loop
    if json_typeof(part.value) <> 'object' then
      outcome := 'not_an_object';
    else
      read := json_populate_record(null::zafu.partner_part, part.value);
      outcome := case part.name
        when 'privacy' then zafu.store_privacy(user_id, read)
        when 'bow' then zafu.store_bow(user_id, read)
        else zafu.store_leave(user_id, read)
      end;
    end if;
    outcomes := outcomes || jsonb_build_object(part.name, outcome);
  end loop;
  if not has_changes then
    seq := zafu.partner_seq(user_id);
    if seq = zafu.read_integer(sent.known_partner_seq, 0, 99999999999) then
      return json_build_object('state', 'unchanged', 'partner_seq', seq, 'outcomes', outcomes);
    end if;
  end if;
  -- One statement, so that both are of one snapshot also without the lock.
  select zafu.partner_seq(user_id), zafu.partner_view(user_id) into seq, view;
  return json_build_object(
    'state', 'ok', 'partner_seq', seq, 'outcomes', outcomes, 'profile', view -> 'profile', 'target', view -> 'target',
    'invitation', view -> 'invitation', 'partnership', view -> 'partnership',
    'shown_to_partner', view -> 'shown_to_partner', 'former', view -> 'former', 'news', view -> 'news'
  );
end $$;

-- Stores what a device has changed of the caller's profile, target, privacy and partnership, and returns all that the
-- caller sees. Each part is optional; one that is rejected blocks no other. Without changes, it only reads and waits
-- for no lock. The only parameter has no name, as that of push_sessions. It is
--   {"profile": {"name", "image", "revision", "deviceid"}, "target": {"target", "revision", "deviceid"},
--    "privacy": {"partnership_id", "level", "revision", "deviceid"}, "bow": {"id", "partnership_id"},
--    "leave": {"partnership_id"}, "known_partner_seq": n, "erasure_id": id}
-- where "erasure_id" is the last erasure that the caller knows of.
--
-- Returns one value:
--   {"state": "ok", "partner_seq": n, "outcomes": {part: outcome, ...}, "profile": {...}, "target": {...},
--    "invitation": {"expiresat"} | null, "partnership": {...} | null, "shown_to_partner": {...} | null,
--    "former": [{"id", "startedat", "endedat", "kept", "of"}, ...], "news": [{"seq", "kind", "at", "week"}, ...]}
-- "state" is "unchanged" without all that follows "outcomes" if nothing was sent and "partner_seq" is the known one, and
-- "erased" if the account's data were erased and the caller does not know of it: then nothing was stored.
--
-- Outcomes: "stored" or "older" for registers, "sent" or "not_yet" for a bow, "left", also if the partnership has ended
-- already, "no_partnership" if it is not one of the caller, or the name of the first field that is not valid.
--
-- The partnership is {"id", "startedat", "firstweekat", "role": "inviter" | "invitee", "partner": {"name", "image",
-- "target", "shares": "counts" | "times"}, "privacy": {"level", "revision", "deviceid"}, "weeks": the newest 104 of
-- [{"number", "start", "goal", "mine", "partner", "kept": bool, null without a goal}, ...], "kept", "missed": how many of
-- all weeks, "times": [[start, seconds, offset], ...] | null, "bow": {"may": bool}}. A former partner sees no more
-- than "former". The week in which a partnership ended counts only if it was kept.
--
-- Errors: as push_sessions; PT400 if the body is no object.
create function public.sync_partner(json) returns json
language sql volatile security invoker set search_path = '' set timezone = 'UTC'
as $$ select zafu.sync_partner_of_caller($1) $$;

create function zafu.own_partner_seq() returns bigint
language sql stable security definer set search_path = '' as $$
  select zafu.partner_seq((select auth.uid()))
$$;

revoke all on function public.sync_partner(json), zafu.note_change(uuid),
  zafu.register_outcome(bigint, uuid, bigint, uuid), zafu.store_profile_and_target(uuid, json, json),
  zafu.store_privacy(uuid, zafu.partner_part),
  zafu.store_bow(uuid, zafu.partner_part), zafu.store_leave(uuid, zafu.partner_part),
  zafu.weeks_of(public.partnerships), zafu.times_shown_days(), zafu.shown_by(uuid, public.partnerships),
  zafu.partner_view(uuid), zafu.sync_partner_of_caller(json), zafu.own_partner_seq()
  from public, anon, authenticated, service_role;
grant execute on function public.sync_partner(json), zafu.sync_partner_of_caller(json), zafu.own_partner_seq()
  to authenticated;

-- What follows replaces a function of earlier migrations; its comment is there. A pull returns `partner_seq`, see
-- zafu.partner_seq: a device that knows another one calls `sync_partner`.

create or replace function public.pull_sessions(
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
      'erasure_id', head.erasure_id, 'erasedat', head.erasedat, 'labels_seq', head.labels_seq,
      'partner_seq', zafu.own_partner_seq()
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
    'erasure_id', head.erasure_id, 'erasedat', head.erasedat, 'labels_seq', head.labels_seq,
    'partner_seq', zafu.own_partner_seq()
  );
end $$;
