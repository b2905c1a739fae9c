-- Renames columns and states to the terms of docs/glossary.md. No value changes its meaning.

-- Identifies the server's timeline, with `seq`.
ALTER TABLE accounts RENAME COLUMN mark TO history_id;
-- The last erasure that this device has agreed to.
ALTER TABLE accounts RENAME COLUMN erased TO erasure_id;
-- 1: something was read from the server at least once. Before that, an erasure can have removed nothing that came from
-- this device.
ALTER TABLE accounts RENAME COLUMN met TO has_pulled;
-- 1: the user does not want sits without an owner to become this account's. Reset by the next sign-in.
ALTER TABLE accounts RENAME COLUMN leavesownerless TO declined_ownerless;
-- Why nobody can sign in to this account again: deleted or replaced; null: nothing is known against it.
ALTER TABLE accounts RENAME COLUMN gone TO closed_reason;
-- The last row of `former_devices` whose changes on this account's server have all been read.
ALTER TABLE accounts RENAME COLUMN devicesread TO former_devices_read;

ALTER TABLE device RENAME COLUMN madeat TO createdat;
-- A digest of this computer and of the data folder's path; null: not known.
ALTER TABLE device RENAME COLUMN place TO folder_digest;
-- A digest of when the database file was created; null: not known.
ALTER TABLE device RENAME COLUMN file TO file_digest;

-- SQLite changes the CHECK of a column only with its table.
CREATE TABLE outbox_3 (
  session_id     TEXT    NOT NULL PRIMARY KEY REFERENCES sessions (id) ON UPDATE CASCADE,
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
INSERT INTO outbox_3 (session_id, generation, state, last_code, edited, health, request_failed)
SELECT session_id, generation,
  CASE state WHEN 'refused' THEN 'rejected' WHEN 'kept' THEN 'local_only' ELSE state END,
  last_code, edited, health, unjudged
FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_3 RENAME TO outbox;

CREATE UNIQUE INDEX outbox_pending ON outbox (generation) WHERE state = 'pending';

CREATE TRIGGER a_preparation_is_not_sent BEFORE INSERT ON outbox
WHEN EXISTS (SELECT 1 FROM open_sits WHERE session_id = NEW.session_id AND preparing = 1)
BEGIN
  SELECT RAISE(ABORT, 'a sit that has not begun is not sent');
END;

CREATE TABLE unreadable_rows_2 (
  owner   TEXT NOT NULL REFERENCES accounts (id),
  id      TEXT NOT NULL CHECK (length(id) = 36),
  body    TEXT NOT NULL,
  version TEXT NOT NULL, -- of Zafu that could not read it
  -- on_server: the server has it; unsent: the server may have lost it; local_only: it was erased from the server.
  state   TEXT NOT NULL CHECK (state IN ('on_server', 'unsent', 'local_only')),
  PRIMARY KEY (owner, id)
) STRICT;
INSERT INTO unreadable_rows_2 (owner, id, body, version, state)
SELECT owner, id, body, version,
  CASE state WHEN 'there' THEN 'on_server' WHEN 'kept' THEN 'local_only' ELSE state END
FROM unreadable_rows;
DROP TABLE unreadable_rows;
ALTER TABLE unreadable_rows_2 RENAME TO unreadable_rows;
