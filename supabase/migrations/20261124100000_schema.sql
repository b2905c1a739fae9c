-- The tables: users, partnerships, their weeks, and sessions.
--
-- Column grants say what clients may read and write (policies); constraints and triggers hold the invariants, so that
-- no client can break them, even a faulty or an old one. Schema `zafu` holds what is internal: the API does not expose
-- it.

do $$
declare
  existing text;
begin
  select string_agg(format('public.%I', relname), ', ' order by relname) into existing
  from pg_catalog.pg_class
  where relnamespace = 'public'::regnamespace
    and relname in ('users', 'partnerships', 'weeks', 'sessions');
  if existing is not null or to_regnamespace('zafu') is not null then
    raise exception 'this project already has %, and Zafu does not change what it did not create',
        coalesce(existing, 'a schema zafu')
      using errcode = 'duplicate_table',
            hint = 'Nothing was changed. See "Tables that are there already" in supabase/README.md.';
  end if;
end $$;

create schema zafu;

-- The highest revision of a register, MAX_REVISION in the crate zafu-core. Devices count with 32 bits: from here a
-- device still has as many revisions left, so it never pulls a row that it cannot change.
create function zafu.max_revision() returns bigint
language sql immutable parallel safe return 2147483647;

-- Profiles, created by a trigger on auth.users.
create table public.users (
  id             uuid primary key references auth.users (id) on delete cascade,
  name           text not null default '' check (octet_length(name) <= 400),
  email          text, -- copied from auth.users; clients cannot write it
  weeklytarget   integer not null default 5 check (weeklytarget between 1 and 1000),
  usualsitlength bigint not null default 1200 check (usualsitlength between 0 and 86400), -- seconds
  image          text check (octet_length(image) <= 2048),
  invitecode     text unique, -- hash of an open invitation
  pairing_status text not null default 'unpaired'
                 check (pairing_status in ('unpaired', 'invited', 'paired')),
  createdat      timestamptz(3) not null default now()
);

-- Two users who share a weekly goal. Only the server writes here.
create table public.partnerships (
  id         uuid primary key default gen_random_uuid(),
  userid     uuid not null references public.users (id) on delete cascade, -- the inviter
  partnerid  uuid not null references public.users (id) on delete cascade, -- the invitee
  startedat  timestamptz(3) not null default now(), -- the start of the first week
  endedat    timestamptz(3), -- null while it lasts
  weeklygoal integer not null default 10 check (weeklygoal between 1 and 2000),
  createdat  timestamptz(3) not null default now(),
  check (userid <> partnerid),
  check (endedat >= startedat)
);
create index partnerships_by_user on public.partnerships (userid);
create index partnerships_by_partner on public.partnerships (partnerid);

-- Every weekly goal that a partnership has had, by the server's clock. A week has the goal that was valid at its
-- start, whenever its row is created.
create table zafu.weekly_goals (
  partnershipid uuid not null references public.partnerships (id) on delete cascade,
  since         timestamptz not null,
  weeklygoal    integer not null check (weeklygoal >= 1),
  primary key (partnershipid, since)
);

-- The weeks of a partnership: seven days each, without gaps from the first one to the last one needed so far; see
-- zafu.create_weeks. The counts are always recounted from the sessions, never incremented.
create table public.weeks (
  id            uuid primary key default gen_random_uuid(),
  partnershipid uuid not null references public.partnerships (id) on delete cascade,
  weeknumber    integer not null check (weeknumber >= 1),
  weekstart     timestamptz(3) not null,
  weekend       timestamptz(3) not null, -- the start of the next week
  inviteesits   integer not null default 0 check (inviteesits >= 0),
  invitersits   integer not null default 0 check (invitersits >= 0),
  weeklygoal    integer not null check (weeklygoal >= 1),
  goalmet       boolean not null generated always as (inviteesits + invitersits >= weeklygoal) stored,
  createdat     timestamptz(3) not null default now(),
  unique (partnershipid, weeknumber),
  -- In hours: where clocks change, a day does not always have 24.
  check (weekend = weekstart + interval '168 hours')
);

-- Sessions: the records of sits, as devices wrote them. Lengths are whole seconds.
create table public.sessions (
  id               uuid not null, -- chosen by the device; unique per user, see the key below
  -- Set by the server: clients cannot write these.
  receivedat       timestamptz(3) not null default now(), -- when the server stored it first
  userid           uuid not null default auth.uid() references public.users (id) on delete cascade,
  partnershipid    uuid references public.partnerships (id) on delete set null,
  weekid           uuid references public.weeks (id) on delete set null,
  seq              bigint not null, -- see zafu.sync_state
  -- The lifecycle only moves forward: started < ended early < completed.
  startedat        timestamptz(3) not null,
  sitlength        bigint not null check (sitlength between 0 and 4294967295), -- planned; 0: open-ended
  satlength        bigint not null default 0 check (satlength between 0 and 4294967295),
  iscompleted      boolean not null default false,
  completedat      timestamptz(3),
  endedat          timestamptz(3),
  -- Fixed when the record is created.
  createdat        timestamptz(3) not null default now(), -- when the device created the record
  utcoffset        smallint not null check (utcoffset between -1439 and 1439), -- minutes
  deviceid         uuid not null,
  source           text not null check (source in ('timer', 'manual', 'import')),
  -- Details, a register: the higher revision wins; of equal revisions, the higher device id.
  note             text not null default '' check (octet_length(note) <= 131072),
  label            text not null default '' check (octet_length(label) <= 8192),
  correctedstart   timestamptz(3),
  correctedlength  bigint check (correctedlength between 0 and 4294967295),
  detailsrevision  bigint not null default 0 check (detailsrevision between 0 and zafu.max_revision()),
  detailsdevice    uuid not null,
  -- Deletion, a register too, so that it can be undone.
  deletedat        timestamptz(3),
  deletionrevision bigint not null default 0 check (deletionrevision between 0 and zafu.max_revision()),
  deletiondevice   uuid not null,
  -- A key on the id alone would reveal which ids other users have.
  primary key (userid, id),
  check (iscompleted = (completedat is not null)),
  check (completedat is null or endedat is not distinct from completedat),
  check (endedat is not null or satlength = 0),
  check (weekid is null or partnershipid is not null),
  -- The years that RFC 3339 can write.
  check (least(startedat, completedat, endedat, createdat, correctedstart, deletedat)
         >= '0001-01-01 00:00:00+00'),
  check (greatest(startedat, completedat, endedat, createdat, correctedstart, deletedat)
         < '10000-01-01 00:00:00+00')
);
-- For pulls, and for policies, which look for the owner.
create unique index sessions_by_seq on public.sessions (userid, seq);
-- For a user's log by corrected start, and for the sessions that belong to a new partnership.
create index sessions_by_start on public.sessions (userid, (coalesce(correctedstart, startedat)));
create index sessions_by_week on public.sessions (weekid) where weekid is not null;
create index sessions_by_partnership on public.sessions (partnershipid) where partnershipid is not null;
-- Sessions that start too far ahead of the server's clock to have a week yet.
create index sessions_without_week on public.sessions (userid, (coalesce(correctedstart, startedat)))
  where weekid is null and partnershipid is not null;

-- One row per user: the head of their sessions (the newest cursor), what they wrote today, and a digest.
--
-- A transaction that writes sessions locks the owner's row here before it touches the first session, until it commits.
-- So the order of `seq` is the order of commits: a device that has read up to a seq has missed nothing before it.
create table zafu.sync_state (
  userid uuid primary key references public.users (id) on delete cascade,
  seq        bigint not null,
  history_id uuid not null,
  -- What was written on one day (UTC), for the daily limits: new ids, changed rows, and the bytes of both.
  usage_date date not null default current_date,
  new_ids    bigint not null default 0 check (new_ids >= 0),
  edits      bigint not null default 0 check (edits >= 0),
  new_bytes  bigint not null default 0 check (new_bytes >= 0),
  -- How many rows the user has in zafu.history, and the highest seq that was pruned from it.
  history_length integer not null default 1,
  pruned_seq     bigint not null default -1,
  -- The number of sessions and their digest, updated with every write: see zafu.session_hash.
  session_count bigint not null default 0,
  digest        bigint[] not null default '{0,0,0,0}' check (cardinality(digest) = 4)
);

-- Every head that a user's sessions have had, the newest ones: see zafu.advance_head. A device sends the history id up
-- to which it has read. An id that is not here, with a seq above `pruned_seq`, means that this database was restored
-- from an older state or is another one.
create table zafu.history (
  id        uuid primary key default gen_random_uuid(),
  userid    uuid not null references public.users (id) on delete cascade,
  seq       bigint not null,
  reason    text not null default 'written' check (reason in ('created', 'written', 'erased')),
  createdat timestamptz(3) not null default now()
);
create index history_by_seq on zafu.history (userid, seq);
create index erasures on zafu.history (userid, seq) where reason = 'erased';

-- Drawn from under the lock of a user's zafu.sync_state. Gaps do not matter, order does.
create sequence zafu.seq;

-- Every profile has its row in zafu.sync_state from the start.
create function zafu.create_sync_state() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  with first as (
    insert into zafu.history (userid, seq, reason) values (new.id, 0, 'created') returning id
  )
  insert into zafu.sync_state (userid, seq, history_id) select new.id, 0, id from first;
  return null;
end $$;
create trigger create_sync_state after insert on public.users
  for each row execute function zafu.create_sync_state();

-- Every account has a profile from the start, whose address follows that of the account.
create function zafu.create_profile() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.users (id, email) values (new.id, new.email)
  on conflict (id) do update set email = excluded.email;
  return null;
end $$;
create trigger zafu_create_profile after insert or update of email on auth.users
  for each row execute function zafu.create_profile();
insert into public.users (id, email) select id, email from auth.users;

-- Raises the error for a caller without a profile: PT410 if the account was deleted, PT412 if it exists. The latter
-- means that the trigger above is missing, as in a project that was restored from a dump of single schemas.
create function zafu.raise_no_profile() returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if exists (select 1 from auth.users u where u.id = (select auth.uid())) then
    raise exception 'this account exists but has no profile: the sign-up trigger of this project is missing'
      using errcode = 'PT412', hint = 'See "An account without a profile" in supabase/README.md.';
  end if;
  raise exception 'this account has no profile: it was deleted'
    using errcode = 'PT410', hint = 'Sign in again, or with another account.';
end $$;
