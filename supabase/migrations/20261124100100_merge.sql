-- How two copies of one session are merged. The authority is `session.rs` in the crate zafu-core; a property test
-- checks that both give the same result.
--
-- Every rule is commutative, associative and idempotent, so that copies may arrive in any order and any number of
-- times.
--
-- Function bodies are in the form `return ...`: PostgreSQL resolves their names here, so that they do not depend on the
-- caller's search path.

-- The fields of a session that clients write: what goes over the wire, and what is merged.
create type zafu.session as (
  id               uuid,
  startedat        timestamptz(3),
  sitlength        bigint,
  satlength        bigint,
  iscompleted      boolean,
  completedat      timestamptz(3),
  endedat          timestamptz(3),
  createdat        timestamptz(3),
  utcoffset        smallint,
  deviceid         uuid,
  source           text,
  note             text,
  label            text,
  correctedstart   timestamptz(3),
  correctedlength  bigint,
  detailsrevision  bigint,
  detailsdevice    uuid,
  deletedat        timestamptz(3),
  deletionrevision bigint,
  deletiondevice   uuid
);

-- Returns the fields of a row that clients write.
create function zafu.as_session(s public.sessions) returns zafu.session
language sql immutable parallel safe
return row(
  s.id, s.startedat, s.sitlength, s.satlength, s.iscompleted, s.completedat, s.endedat, s.createdat,
  s.utcoffset, s.deviceid, s.source, s.note, s.label, s.correctedstart, s.correctedlength,
  s.detailsrevision, s.detailsdevice, s.deletedat, s.deletionrevision, s.deletiondevice
)::zafu.session;

-- Returns the stage of the lifecycle: 0 started, 1 ended early, 2 completed.
create function zafu.stage(s zafu.session) returns integer
language sql immutable parallel safe
return case when s.iscompleted then 2 when s.endedat is not null then 1 else 0 end;

-- Merges two copies of one session. Fields that are fixed at creation come from the first copy.
create function zafu.merge(a zafu.session, b zafu.session) returns zafu.session
language sql immutable strict parallel safe
return row(
  a.id,
  -- The earlier start and the shorter plan. In practice both copies agree.
  least(a.startedat, b.startedat),
  least(a.sitlength, b.sitlength),
  -- From the copy in the later stage; of two in the same stage, the longer sit and the earlier end.
  case sign(zafu.stage(a) - zafu.stage(b))
    when 1 then a.satlength when -1 then b.satlength else greatest(a.satlength, b.satlength)
  end,
  a.iscompleted or b.iscompleted,
  least(a.completedat, b.completedat), -- ignores null
  case sign(zafu.stage(a) - zafu.stage(b))
    when 1 then a.endedat when -1 then b.endedat else least(a.endedat, b.endedat)
  end,
  a.createdat,
  a.utcoffset,
  a.deviceid,
  a.source,
  -- Details: all of them from the copy with the higher revision, then device.
  case when row(b.detailsrevision, b.detailsdevice) > row(a.detailsrevision, a.detailsdevice)
    then b.note else a.note end,
  case when row(b.detailsrevision, b.detailsdevice) > row(a.detailsrevision, a.detailsdevice)
    then b.label else a.label end,
  case when row(b.detailsrevision, b.detailsdevice) > row(a.detailsrevision, a.detailsdevice)
    then b.correctedstart else a.correctedstart end,
  case when row(b.detailsrevision, b.detailsdevice) > row(a.detailsrevision, a.detailsdevice)
    then b.correctedlength else a.correctedlength end,
  greatest(a.detailsrevision, b.detailsrevision),
  case when row(b.detailsrevision, b.detailsdevice) > row(a.detailsrevision, a.detailsdevice)
    then b.detailsdevice else a.detailsdevice end,
  -- Deletion: likewise.
  case when row(b.deletionrevision, b.deletiondevice) > row(a.deletionrevision, a.deletiondevice)
    then b.deletedat else a.deletedat end,
  greatest(a.deletionrevision, b.deletionrevision),
  case when row(b.deletionrevision, b.deletiondevice) > row(a.deletionrevision, a.deletiondevice)
    then b.deletiondevice else a.deletiondevice end
)::zafu.session;

-- Merges any number of copies of one session.
create aggregate zafu.merge_all(zafu.session) (sfunc = zafu.merge, stype = zafu.session);

-- Returns whether a session counts towards a week: completed, not deleted, not imported, at least a minute long.
create function zafu.is_counted(s public.sessions) returns boolean
language sql immutable parallel safe
return s.iscompleted and s.deletedat is null and s.source <> 'import'
  and coalesce(s.correctedlength, s.satlength) >= 60;
