-- Showing a partner less: of two choices with equal revisions "counts" wins, whichever device has made it, so that a device
-- which was offline cannot show times that the user has just hidden. And neither "counts" nor a bow nor leaving counts towards
-- the limits of a day, or fails because of them; erasing does not either.

-- Bumps what a user and, if they have one, their partner see. Both must be locked, as zafu.lock_users does.
create function zafu.note_seen(user_id uuid) returns void
language sql security definer set search_path = '' as $$
  update public.partnerships p set seq = nextval('zafu.seq')
  where (p.userid = user_id or p.partnerid = user_id) and p.endedat is null;
  update zafu.sync_state s set partner_seq = nextval('zafu.seq') where s.userid = user_id;
$$;
revoke all on function zafu.note_seen(uuid) from public, anon, authenticated, service_role;

-- What follows replaces functions of earlier migrations; their comments are there.

create or replace function zafu.note_change(user_id uuid) returns void
language sql security definer set search_path = '' as $$
  select zafu.note_seen(user_id);
  select zafu.count_changes(user_id, 1);
$$;

create or replace function zafu.store_privacy(user_id uuid, sent zafu.partner_part) returns text
language plpgsql security definer set search_path = '' as $$
declare
  partnership_id uuid := zafu.read_uuid(sent.partnership_id);
  new_level text := zafu.read_privacy_level(sent.level);
  new_revision bigint := zafu.read_integer(sent.revision, 1, zafu.max_revision());
  new_device uuid := zafu.read_uuid(sent.deviceid);
  p public.partnerships;
  stored_level text;
  stored_revision bigint;
  stored_device uuid;
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
    stored_level := p.inviterprivacy;
    stored_revision := p.inviterprivacyrevision;
    stored_device := p.inviterprivacydevice;
  else
    stored_level := p.inviteeprivacy;
    stored_revision := p.inviteeprivacyrevision;
    stored_device := p.inviteeprivacydevice;
  end if;
  outcome := zafu.register_outcome(stored_revision, stored_device, new_revision, new_device);
  if outcome not like 'bad%' and new_revision = stored_revision and new_level <> stored_level then
    outcome := case new_level when 'counts' then 'stored' else 'older' end;
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
  if new_level = 'counts' then
    perform zafu.note_seen(user_id);
  else
    perform zafu.note_change(user_id);
  end if;
  return 'stored';
end $$;

create or replace function zafu.store_bow(user_id uuid, sent zafu.partner_part) returns text
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
  perform zafu.note_seen(user_id);
  return 'sent';
end $$;

create or replace function zafu.store_leave(user_id uuid, sent zafu.partner_part) returns text
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
  end if;
  return 'left';
end $$;

create or replace function zafu.sync_partner_of_caller(body json) returns json
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
    profile json, target json, privacy json, bow json, leave json, keeps_texts json, known_partner_seq text,
    erasure_id text
  );
  has_changes := coalesce(sent.profile, sent.target, sent.privacy, sent.bow, sent.leave, sent.keeps_texts) is not null;
  if sent.leave is not null then
    perform zafu.lock_user_and_partner(user_id);
  elsif coalesce(sent.profile, sent.target, sent.keeps_texts) is not null or sent.privacy ->> 'level' = 'times' then
    perform zafu.lock_own_sessions();
  elsif has_changes then
    perform zafu.lock_caller();
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
  if sent.keeps_texts is not null then
    outcomes := outcomes || jsonb_build_object('keeps_texts', zafu.store_keeps_texts(user_id, sent.keeps_texts));
  end if;
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

select zafu.record_definitions();
