-- How two copies of one sit are joined. The authority is `session.rs` in the crate zafu-core; a test holds
-- both equal over random sits.
--
-- Every rule is commutative, associative and idempotent, so that copies may arrive in any order and any
-- number of times.
--
-- Bodies are in the standard's form (`return ...`): their names are bound here and now, whatever the search
-- path of whoever calls them.

-- What a client says of a sit: the wire's shape, and what is joined.
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

-- The part of a row that a client says.
create function zafu.as_session(s public.sessions) returns zafu.session
language sql immutable parallel safe
return row(
  s.id, s.startedat, s.sitlength, s.satlength, s.iscompleted, s.completedat, s.endedat, s.createdat,
  s.utcoffset, s.deviceid, s.source, s.note, s.label, s.correctedstart, s.correctedlength,
  s.detailsrevision, s.detailsdevice, s.deletedat, s.deletionrevision, s.deletiondevice
)::zafu.session;

-- How far a sit has come: started, ended early, completed.
create function zafu.stage(s zafu.session) returns integer
language sql immutable parallel safe
return case when s.iscompleted then 2 when s.endedat is not null then 1 else 0 end;

-- What two copies of one sit say together. What was fixed at its creation is taken from the first.
create function zafu.merge(a zafu.session, b zafu.session) returns zafu.session
language sql immutable strict parallel safe
return row(
  a.id,
  -- The earlier start and the smaller plan. The two never differ in practice.
  least(a.startedat, b.startedat),
  least(a.sitlength, b.sitlength),
  -- The stage that has come further; of two equal ones the longer sit and the earlier end.
  case sign(zafu.stage(a) - zafu.stage(b))
    when 1 then a.satlength when -1 then b.satlength else greatest(a.satlength, b.satlength)
  end,
  a.iscompleted or b.iscompleted,
  least(a.completedat, b.completedat), -- of one that is null: the other
  case sign(zafu.stage(a) - zafu.stage(b))
    when 1 then a.endedat when -1 then b.endedat else least(a.endedat, b.endedat)
  end,
  a.createdat,
  a.utcoffset,
  a.deviceid,
  a.source,
  -- Details: the later word as a whole.
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

-- What all copies of one sit say together.
create aggregate zafu.merge_all(zafu.session) (sfunc = zafu.merge, stype = zafu.session);

-- Whether a sit counts: complete, not deleted, not imported, at least a minute sat.
create function zafu.is_counted(s public.sessions) returns boolean
language sql immutable parallel safe
return s.iscompleted and s.deletedat is null and s.source <> 'import'
  and coalesce(s.correctedlength, s.satlength) >= 60;
