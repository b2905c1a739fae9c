-- The tables: people, pairs of them, their weeks, and every sit.
--
-- What clients may see and say is granted in the policies; what must hold is a constraint or a trigger, so
-- that no client, however wrong or old, can break it. Schema `zafu` holds what is nobody's business: it is
-- not exposed through the API.

do $$
declare
  taken text;
begin
  select string_agg(format('public.%I', relname), ', ' order by relname) into taken
  from pg_catalog.pg_class
  where relnamespace = 'public'::regnamespace
    and relname in ('users', 'partnerships', 'weeks', 'sessions');
  if taken is not null or to_regnamespace('zafu') is not null then
    raise exception 'this project has % already, and Zafu does not touch what it did not make',
        coalesce(taken, 'a schema zafu')
      using errcode = 'duplicate_table',
            hint = 'Nothing was changed. See "Tables that are there already" in supabase/README.md.';
  end if;
end $$;

create schema zafu;

-- The highest revision of a register, MAX_REVISION in the crate zafu-core. A device counts with 32 bits: from
-- here it can go on for as long again before it has no higher revision left, so that no row ever comes back to
-- it which it could not change.
create function zafu.max_revision() returns bigint
language sql immutable parallel safe return 2147483647;

-- A profile, made by trigger when an account is made.
create table public.users (
  id             uuid primary key references auth.users (id) on delete cascade,
  name           text not null default '' check (octet_length(name) <= 400),
  email          text, -- as the account says; never written by a client
  weeklytarget   integer not null default 5 check (weeklytarget between 1 and 1000),
  usualsitlength bigint not null default 1200 check (usualsitlength between 0 and 86400), -- seconds
  image          text check (octet_length(image) <= 2048),
  invitecode     text unique, -- the hash of an invitation that is open
  pairing_status text not null default 'unpaired'
                 check (pairing_status in ('unpaired', 'invited', 'paired')),
  createdat      timestamptz(3) not null default now()
);

-- Two people who share a weekly goal. Only the server writes here.
create table public.partnerships (
  id         uuid primary key default gen_random_uuid(),
  userid     uuid not null references public.users (id) on delete cascade, -- who invited
  partnerid  uuid not null references public.users (id) on delete cascade, -- who was invited
  startedat  timestamptz(3) not null default now(), -- where the first week begins
  endedat    timestamptz(3), -- null while it lasts
  weeklygoal integer not null default 10 check (weeklygoal between 1 and 2000),
  createdat  timestamptz(3) not null default now(),
  check (userid <> partnerid),
  check (endedat >= startedat)
);
create index partnerships_by_user on public.partnerships (userid);
create index partnerships_by_partner on public.partnerships (partnerid);

-- The weekly goals that a partnership has had, by the server's clock. A week has the goal of its start, whenever
-- its row is made.
create table zafu.weekly_goals (
  partnershipid uuid not null references public.partnerships (id) on delete cascade,
  since         timestamptz not null,
  weeklygoal    integer not null check (weeklygoal >= 1),
  primary key (partnershipid, since)
);

-- The weeks of a partnership: seven days each, the first beginning with the partnership, none left out between
-- it and the last one that was needed; see zafu.create_weeks. The counts are derived from the sits, never added to.
create table public.weeks (
  id            uuid primary key default gen_random_uuid(),
  partnershipid uuid not null references public.partnerships (id) on delete cascade,
  weeknumber    integer not null check (weeknumber >= 1),
  weekstart     timestamptz(3) not null,
  weekend       timestamptz(3) not null, -- where the next one begins
  inviteesits   integer not null default 0 check (inviteesits >= 0),
  invitersits   integer not null default 0 check (invitersits >= 0),
  weeklygoal    integer not null check (weeklygoal >= 1),
  goalmet       boolean not null generated always as (inviteesits + invitersits >= weeklygoal) stored,
  createdat     timestamptz(3) not null default now(),
  unique (partnershipid, weeknumber),
  -- In hours: a day is not always 24 of them where clocks are changed.
  check (weekend = weekstart + interval '168 hours')
);

-- Every sit, in the words of the device that made it. Lengths are whole seconds.
create table public.sessions (
  id               uuid not null, -- the device's; unique per account, see the key below
  -- The server's: derived, never said by a client.
  receivedat       timestamptz(3) not null default now(), -- when the server stored it first
  userid           uuid not null default auth.uid() references public.users (id) on delete cascade,
  partnershipid    uuid references public.partnerships (id) on delete set null,
  weekid           uuid references public.weeks (id) on delete set null,
  seq              bigint not null, -- see zafu.sync_state
  -- The lifecycle, a lattice: started < ended early < completed.
  startedat        timestamptz(3) not null,
  sitlength        bigint not null check (sitlength between 0 and 4294967295), -- planned; 0: open-ended
  satlength        bigint not null default 0 check (satlength between 0 and 4294967295),
  iscompleted      boolean not null default false,
  completedat      timestamptz(3),
  endedat          timestamptz(3),
  -- Fixed when the record is made.
  createdat        timestamptz(3) not null default now(), -- when the device made the record
  utcoffset        smallint not null check (utcoffset between -1439 and 1439), -- minutes
  deviceid         uuid not null,
  source           text not null check (source in ('timer', 'manual', 'import')),
  -- Details, a register: the higher revision wins, of equal ones the higher device.
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
  -- A key over the id alone would tell an account which ids others have.
  primary key (userid, id),
  check (iscompleted = (completedat is not null)),
  check (completedat is null or endedat is not distinct from completedat),
  check (endedat is not null or satlength = 0),
  check (weekid is null or partnershipid is not null),
  -- What RFC 3339 can write.
  check (least(startedat, completedat, endedat, createdat, correctedstart, deletedat)
         >= '0001-01-01 00:00:00+00'),
  check (greatest(startedat, completedat, endedat, createdat, correctedstart, deletedat)
         < '10000-01-01 00:00:00+00')
);
-- What a device has not pulled yet, and the owner of every row for its policies.
create unique index sessions_by_seq on public.sessions (userid, seq);
-- A person's log, by the start as corrected; also those that fall into a new partnership.
create index sessions_by_start on public.sessions (userid, (coalesce(correctedstart, startedat)));
create index sessions_by_week on public.sessions (weekid) where weekid is not null;
create index sessions_by_partnership on public.sessions (partnershipid) where partnershipid is not null;
-- Sits that began too far ahead of the server's clock to have a week yet.
create index sessions_without_week on public.sessions (userid, (coalesce(correctedstart, startedat)))
  where weekid is null and partnershipid is not null;

-- How far a person's sits have come. Whoever writes a sit holds its owner's row here from before the first
-- row to the commit, so that the order of `seq` is the order of commits: a device that has read up to a seq
-- has missed nothing before it.
create table zafu.sync_state (
  userid uuid primary key references public.users (id) on delete cascade,
  seq    bigint not null,
  mark   uuid not null,
  -- What was written on a day (UTC), for the limits: new ids, changed rows, and the bytes of both.
  newday   date not null default current_date,
  newids   bigint not null default 0 check (newids >= 0),
  edits    bigint not null default 0 check (edits >= 0),
  newbytes bigint not null default 0 check (newbytes >= 0),
  -- The marks that are stored, and the seq of the newest one that is not stored any more.
  marks    integer not null default 1,
  floor    bigint not null default -1,
  -- The digest of all sits, kept with every write: see zafu.session_hash.
  sits     bigint not null default 0,
  digest   bigint[] not null default '{0,0,0,0}' check (cardinality(digest) = 4)
);

-- The places where a head has been, the newest ones: see zafu.advance_head. A device names the mark up to which it
-- has read: one that is not known here, of a seq above the floor of its head, means that this database was
-- restored from an older state, or is another one.
create table zafu.history (
  mark   uuid primary key default gen_random_uuid(),
  userid uuid not null references public.users (id) on delete cascade,
  seq    bigint not null,
  reason text not null default 'moved' check (reason in ('made', 'moved', 'erased')),
  createdat timestamptz(3) not null default now()
);
create index marks_by_seq on zafu.history (userid, seq);
create index marks_of_erasure on zafu.history (userid, seq) where reason = 'erased';

-- Gaps are fine, order is all: numbers are drawn under the lock of a head.
create sequence zafu.seq;

-- A profile has a head from its first moment.
create function zafu.create_sync_state() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  with first as (
    insert into zafu.history (userid, seq, reason) values (new.id, 0, 'made') returning mark
  )
  insert into zafu.sync_state (userid, seq, mark) select new.id, 0, mark from first;
  return null;
end $$;
create trigger create_sync_state after insert on public.users
  for each row execute function zafu.create_sync_state();

-- An account has a profile from its first moment, and its address stays that of the account.
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

-- Refuses a call whose caller has no profile or no head, and says which of two things is wrong: the account was
-- deleted (PT410), or it exists and this project did not make its profile (PT412): the trigger above is missing,
-- as in a project that was restored from a dump of single schemas.
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
