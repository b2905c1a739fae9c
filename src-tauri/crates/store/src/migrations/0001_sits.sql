-- Sits, those of them that are not over on this device, what is to be sent, and what the person has chosen.
--
-- Every moment is UTC as RFC 3339 with milliseconds ("2026-03-01T06:00:00.000Z"), every length whole seconds.
-- A constraint here states only what no honest record can break, whatever the clock did: an end may well lie
-- before a start when someone set the clock back in between.

PRAGMA application_id = 1516332661; -- "Zafu"

CREATE TABLE device (
  only   INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
  id     TEXT    NOT NULL CHECK (length(id) = 36),
  madeat TEXT    NOT NULL CHECK (madeat IS strftime('%Y-%m-%dT%H:%M:%fZ', madeat))
) STRICT;

CREATE TABLE sessions (
  id               TEXT    NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  -- Lifecycle: started < ended early < completed.
  startedat        TEXT    NOT NULL CHECK (startedat IS strftime('%Y-%m-%dT%H:%M:%fZ', startedat)),
  sitlength        INTEGER NOT NULL CHECK (sitlength BETWEEN 0 AND 4294967295), -- planned; 0: open-ended
  satlength        INTEGER NOT NULL CHECK (satlength BETWEEN 0 AND 4294967295), -- sat, without pauses
  iscompleted      INTEGER NOT NULL CHECK (iscompleted IN (0, 1)),
  completedat      TEXT             CHECK (completedat IS strftime('%Y-%m-%dT%H:%M:%fZ', completedat)),
  endedat          TEXT             CHECK (endedat IS strftime('%Y-%m-%dT%H:%M:%fZ', endedat)),
  -- Deletion: a register, see deletionrevision.
  deletedat        TEXT             CHECK (deletedat IS strftime('%Y-%m-%dT%H:%M:%fZ', deletedat)),
  -- Fixed when the record is made.
  utcoffset        INTEGER NOT NULL CHECK (utcoffset BETWEEN -1439 AND 1439), -- minutes
  deviceid         TEXT    NOT NULL CHECK (length(deviceid) = 36),
  source           TEXT    NOT NULL CHECK (source IN ('timer', 'manual', 'import')),
  createdat        TEXT    NOT NULL CHECK (createdat IS strftime('%Y-%m-%dT%H:%M:%fZ', createdat)),
  -- Details: a register, the higher revision wins, of equal ones the higher device.
  note             TEXT    NOT NULL CHECK (instr(note, char(0)) = 0),
  label            TEXT    NOT NULL CHECK (instr(label, char(0)) = 0),
  correctedstart   TEXT             CHECK (correctedstart IS strftime('%Y-%m-%dT%H:%M:%fZ', correctedstart)),
  correctedlength  INTEGER          CHECK (correctedlength BETWEEN 0 AND 4294967295),
  detailsrevision  INTEGER NOT NULL CHECK (detailsrevision BETWEEN 0 AND 4294967295),
  detailsdevice    TEXT    NOT NULL CHECK (length(detailsdevice) = 36),
  deletionrevision INTEGER NOT NULL CHECK (deletionrevision BETWEEN 0 AND 4294967295),
  deletiondevice   TEXT    NOT NULL CHECK (length(deletiondevice) = 36),
  CHECK ((iscompleted = 1) = (completedat IS NOT NULL)),
  CHECK (completedat IS NULL OR endedat IS completedat),
  CHECK (endedat IS NOT NULL OR satlength = 0)
) STRICT;

-- The log, newest first, by the start as corrected.
CREATE INDEX sessions_by_start ON sessions (coalesce(correctedstart, startedat), id)
  WHERE deletedat IS NULL;

CREATE TRIGGER a_sit_never_goes_back BEFORE UPDATE ON sessions
WHEN OLD.iscompleted > NEW.iscompleted OR (OLD.endedat IS NOT NULL AND NEW.endedat IS NULL)
BEGIN
  SELECT RAISE(ABORT, 'a sit that has ended does not run again');
END;

-- Sits that are not over on this device, as the timer left them.
CREATE TABLE open_sits (
  session_id TEXT    NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  phase      TEXT    NOT NULL CHECK (phase IN ('running', 'unsettled')),
  preparing  INTEGER NOT NULL CHECK (preparing IN (0, 1)), -- 1: its record is not a sit yet
  body       TEXT    NOT NULL CHECK (json_valid(body)),
  savedat    TEXT    NOT NULL CHECK (savedat IS strftime('%Y-%m-%dT%H:%M:%fZ', savedat))
) STRICT;

CREATE UNIQUE INDEX one_sit_runs ON open_sits (phase) WHERE phase = 'running';

CREATE TRIGGER a_sit_has_begun_for_good BEFORE UPDATE OF preparing ON open_sits
WHEN OLD.preparing < NEW.preparing
BEGIN
  SELECT RAISE(ABORT, 'a sit that has begun is not prepared again');
END;

CREATE TRIGGER a_sit_is_never_removed BEFORE DELETE ON sessions
WHEN NOT EXISTS (SELECT 1 FROM open_sits WHERE session_id = OLD.id AND preparing = 1)
BEGIN
  SELECT RAISE(ABORT, 'a sit is never removed: set deletedat');
END;

-- "This sit has changed since the server last saw it." The sit itself is what is sent.
CREATE TABLE outbox (
  session_id TEXT    NOT NULL PRIMARY KEY REFERENCES sessions (id),
  owner      TEXT             CHECK (length(owner) = 36), -- null: nobody was signed in
  generation INTEGER NOT NULL CHECK (generation > 0),
  attempts   INTEGER NOT NULL CHECK (attempts >= 0),
  next_at    TEXT             CHECK (next_at IS strftime('%Y-%m-%dT%H:%M:%fZ', next_at)),
  last_code  TEXT,
  state      TEXT    NOT NULL CHECK (state IN ('pending', 'refused'))
) STRICT;

CREATE UNIQUE INDEX outbox_pending ON outbox (generation) WHERE state = 'pending';

CREATE TRIGGER a_preparation_is_not_sent BEFORE INSERT ON outbox
WHEN EXISTS (SELECT 1 FROM open_sits WHERE session_id = NEW.session_id AND preparing = 1)
BEGIN
  SELECT RAISE(ABORT, 'a sit that has not begun is not sent');
END;

-- The last generation given out. Never given out twice, even after an acknowledgement removed the row: else a
-- late acknowledgement of an old change would pass for one of a new change.
CREATE TABLE outbox_generation (
  only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
  last INTEGER NOT NULL CHECK (last >= 0)
) STRICT;
INSERT INTO outbox_generation VALUES (1, 0);

CREATE TABLE settings (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

CREATE TABLE presets (
  id   TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  plan TEXT NOT NULL CHECK (json_valid(plan))
) STRICT;
