-- Gives each session a key on this device, makes ids unique per owner, and adds the corrected UTC offset.

CREATE TABLE sessions_2 (
  -- Identifies the row on this device only. Unlike an implicit row id, it survives VACUUM.
  key              INTEGER NOT NULL PRIMARY KEY,
  -- Identifies the session among those of its owner: two accounts can have the same id.
  id               TEXT    NOT NULL CHECK (length(id) = 36),
  -- Lifecycle: started < ended early < completed.
  startedat        TEXT    NOT NULL CHECK (startedat IS strftime('%Y-%m-%dT%H:%M:%fZ', startedat)),
  sitlength        INTEGER NOT NULL CHECK (sitlength BETWEEN 0 AND 4294967295), -- planned, seconds; 0: open-ended
  satlength        INTEGER NOT NULL CHECK (satlength BETWEEN 0 AND 4294967295), -- sat, seconds, without pauses
  iscompleted      INTEGER NOT NULL CHECK (iscompleted IN (0, 1)),
  completedat      TEXT             CHECK (completedat IS strftime('%Y-%m-%dT%H:%M:%fZ', completedat)),
  endedat          TEXT             CHECK (endedat IS strftime('%Y-%m-%dT%H:%M:%fZ', endedat)),
  -- Deletion: a register, see deletionrevision.
  deletedat        TEXT             CHECK (deletedat IS strftime('%Y-%m-%dT%H:%M:%fZ', deletedat)),
  -- Fixed when the record is created.
  utcoffset        INTEGER NOT NULL CHECK (utcoffset BETWEEN -1439 AND 1439), -- minutes
  deviceid         TEXT    NOT NULL CHECK (length(deviceid) = 36),
  source           TEXT    NOT NULL CHECK (source IN ('timer', 'manual', 'import')),
  createdat        TEXT    NOT NULL CHECK (createdat IS strftime('%Y-%m-%dT%H:%M:%fZ', createdat)),
  -- Details: a register, the higher revision wins, of equal ones the higher device id. Null corrections: not corrected.
  note             TEXT    NOT NULL CHECK (instr(note, char(0)) = 0),
  label            TEXT    NOT NULL CHECK (instr(label, char(0)) = 0),
  correctedstart   TEXT             CHECK (correctedstart IS strftime('%Y-%m-%dT%H:%M:%fZ', correctedstart)),
  correctedlength  INTEGER          CHECK (correctedlength BETWEEN 0 AND 4294967295), -- seconds
  correctedoffset  INTEGER          CHECK (correctedoffset BETWEEN -1439 AND 1439), -- minutes
  detailsrevision  INTEGER NOT NULL CHECK (detailsrevision BETWEEN 0 AND 4294967295),
  detailsdevice    TEXT    NOT NULL CHECK (length(detailsdevice) = 36),
  deletionrevision INTEGER NOT NULL CHECK (deletionrevision BETWEEN 0 AND 4294967295),
  deletiondevice   TEXT    NOT NULL CHECK (length(deletiondevice) = 36),
  owner            TEXT    REFERENCES accounts (id), -- null: recorded while no account was signed in
  CHECK ((iscompleted = 1) = (completedat IS NOT NULL)),
  CHECK (completedat IS NULL OR endedat IS completedat),
  CHECK (endedat IS NOT NULL OR satlength = 0)
) STRICT;
INSERT INTO sessions_2 (key, id, startedat, sitlength, satlength, iscompleted, completedat, endedat, deletedat, utcoffset,
  deviceid, source, createdat, note, label, correctedstart, correctedlength, detailsrevision, detailsdevice,
  deletionrevision, deletiondevice, owner)
SELECT rowid, id, startedat, sitlength, satlength, iscompleted, completedat, endedat, deletedat, utcoffset,
  deviceid, source, createdat, note, label, correctedstart, correctedlength, detailsrevision, detailsdevice,
  deletionrevision, deletiondevice, owner
FROM sessions;

-- Sits that are not over on this device, as the timer left them.
CREATE TABLE open_sits_2 (
  session_key INTEGER NOT NULL PRIMARY KEY REFERENCES sessions (key) ON DELETE CASCADE,
  phase       TEXT    NOT NULL CHECK (phase IN ('running', 'unsettled')),
  preparing   INTEGER NOT NULL CHECK (preparing IN (0, 1)), -- 1: the sit is not in the log yet
  body        TEXT    NOT NULL CHECK (json_valid(body)),
  savedat     TEXT    NOT NULL CHECK (savedat IS strftime('%Y-%m-%dT%H:%M:%fZ', savedat))
) STRICT;
INSERT INTO open_sits_2 (session_key, phase, preparing, body, savedat)
SELECT sessions.rowid, phase, preparing, body, savedat FROM open_sits JOIN sessions ON id = session_id;

CREATE TABLE outbox_4 (
  session_key    INTEGER NOT NULL PRIMARY KEY REFERENCES sessions (key),
  generation     INTEGER NOT NULL CHECK (generation > 0),
  -- pending: to be pushed; rejected: a dead letter; local_only: stored on this device only, by the user's decision.
  state          TEXT    NOT NULL CHECK (state IN ('pending', 'rejected', 'local_only')),
  last_code      TEXT, -- the server's reason
  -- What the user has changed since the server last had it: 1: details, 2: deletion, 3: both.
  edited         INTEGER NOT NULL DEFAULT 0 CHECK (edited BETWEEN 0 AND 3),
  -- Of a dead letter: the fingerprint of the server that rejected it; null: not known.
  health         TEXT,
  -- Of a dead letter: 1: the server gave no row outcome, the whole request failed.
  request_failed INTEGER NOT NULL DEFAULT 0 CHECK (request_failed IN (0, 1)),
  CHECK (state <> 'rejected' OR last_code IS NOT NULL)
) STRICT;
INSERT INTO outbox_4 (session_key, generation, state, last_code, edited, health, request_failed)
SELECT sessions.rowid, generation, state, last_code, edited, health, request_failed
FROM outbox JOIN sessions ON id = session_id;

DROP TABLE owner_moves;
DROP TABLE outbox;
DROP TABLE open_sits;
DROP TABLE sessions;
ALTER TABLE sessions_2 RENAME TO sessions;
ALTER TABLE open_sits_2 RENAME TO open_sits;
ALTER TABLE outbox_4 RENAME TO outbox;

-- The sits that the current transaction moves to another account. Empty at each commit.
CREATE TABLE owner_moves (
  session_key INTEGER NOT NULL PRIMARY KEY REFERENCES sessions (key) ON DELETE CASCADE,
  target      TEXT    NOT NULL REFERENCES accounts (id)
) STRICT;

CREATE UNIQUE INDEX sessions_by_id ON sessions (id, coalesce(owner, ''));
CREATE INDEX sessions_by_owner ON sessions (owner);
-- The log, newest first, by the start as corrected.
CREATE INDEX sessions_by_start ON sessions (coalesce(correctedstart, startedat), id)
  WHERE deletedat IS NULL;
CREATE UNIQUE INDEX one_sit_runs ON open_sits (phase) WHERE phase = 'running';
CREATE UNIQUE INDEX outbox_pending ON outbox (generation) WHERE state = 'pending';

CREATE TRIGGER a_sit_never_goes_back BEFORE UPDATE ON sessions
WHEN OLD.iscompleted > NEW.iscompleted OR (OLD.endedat IS NOT NULL AND NEW.endedat IS NULL)
BEGIN
  SELECT RAISE(ABORT, 'a sit that has ended does not run again');
END;

CREATE TRIGGER a_session_keeps_its_key BEFORE UPDATE OF key ON sessions
WHEN NEW.key <> OLD.key
BEGIN
  SELECT RAISE(ABORT, 'a session keeps its key');
END;

CREATE TRIGGER a_sit_keeps_its_owner BEFORE UPDATE OF owner ON sessions
WHEN OLD.owner IS NOT NULL AND NEW.owner IS NOT OLD.owner
  AND NOT EXISTS (SELECT 1 FROM owner_moves WHERE session_key = OLD.key AND target = NEW.owner)
BEGIN
  SELECT RAISE(ABORT, 'a sit keeps its owner unless its user moves it');
END;

-- A sit in its preparation can be removed, and one that moves to an account which has a copy of it already.
CREATE TRIGGER a_sit_is_never_removed BEFORE DELETE ON sessions
WHEN NOT EXISTS (SELECT 1 FROM open_sits WHERE session_key = OLD.key AND preparing = 1)
  AND NOT EXISTS (
    SELECT 1 FROM owner_moves JOIN sessions AS copy ON copy.id = OLD.id AND copy.owner = owner_moves.target
    WHERE owner_moves.session_key = OLD.key AND copy.key <> OLD.key
  )
BEGIN
  SELECT RAISE(ABORT, 'a sit is never removed: set deletedat');
END;

CREATE TRIGGER a_sit_has_begun_for_good BEFORE UPDATE OF preparing ON open_sits
WHEN OLD.preparing < NEW.preparing
BEGIN
  SELECT RAISE(ABORT, 'a sit that has begun is not prepared again');
END;

CREATE TRIGGER a_preparation_is_not_sent BEFORE INSERT ON outbox
WHEN EXISTS (SELECT 1 FROM open_sits WHERE session_key = NEW.session_key AND preparing = 1)
BEGIN
  SELECT RAISE(ABORT, 'a sit that has not begun is not sent');
END;

-- Rows that were stored as text because another account has their ids become sessions the next time they are read.
UPDATE unreadable_rows SET version = '';
