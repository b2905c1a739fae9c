-- What the sync remembers about restored folders, about rows that this version cannot read, and about servers that
-- rejected something.

-- A digest of when the database file was created; null: not known. Another file under the same path is a copy that was
-- put back.
ALTER TABLE device ADD COLUMN file TEXT CHECK (length(file) = 36);

-- Ids that this installation had before, oldest first.
CREATE TABLE former_devices (
  number    INTEGER NOT NULL PRIMARY KEY,
  id        TEXT    NOT NULL UNIQUE CHECK (length(id) = 36),
  -- restored: the folder is a copy or was put back, and nothing was changed in it under this id since.
  -- conflict: the server had changes made under this id that this folder does not know. Changes may have been made
  -- under it since the folder went back.
  reason    TEXT    NOT NULL CHECK (reason IN ('restored', 'conflict')),
  retiredat TEXT    NOT NULL CHECK (retiredat IS strftime('%Y-%m-%dT%H:%M:%fZ', retiredat))
) STRICT;

-- The last of `former_devices` whose changes on this account's server have all been read. Whatever is made under an
-- earlier one after that is made by another computer.
ALTER TABLE accounts ADD COLUMN devicesread INTEGER NOT NULL DEFAULT 0 CHECK (devicesread >= 0);
-- A fingerprint of the last health check of the account's server.
ALTER TABLE accounts ADD COLUMN health TEXT;

-- What the user has changed since the server last had it: 1: details, 2: deletion, 3: both.
ALTER TABLE outbox ADD COLUMN edited INTEGER NOT NULL DEFAULT 0 CHECK (edited BETWEEN 0 AND 3);
-- Of a dead letter: the fingerprint of the server that rejected it; null: not known.
ALTER TABLE outbox ADD COLUMN health TEXT;
-- Of a dead letter: 1: the server gave no row outcome, the whole request failed.
ALTER TABLE outbox ADD COLUMN unjudged INTEGER NOT NULL DEFAULT 0 CHECK (unjudged IN (0, 1));

UPDATE outbox SET edited = coalesce((
  SELECT (detailsrevision > 0 AND detailsdevice = device.id)
    + 2 * (deletionrevision > 0 AND deletiondevice = device.id)
  FROM sessions, device WHERE sessions.id = outbox.session_id
), 0);

-- Rows of the server that this version of Zafu cannot read, as JSON text.
CREATE TABLE unreadable_rows (
  owner   TEXT NOT NULL REFERENCES accounts (id),
  id      TEXT NOT NULL CHECK (length(id) = 36),
  body    TEXT NOT NULL,
  version TEXT NOT NULL, -- of Zafu that could not read it
  -- there: the server has it; unsent: the server may have lost it; kept: it was erased from the server.
  state   TEXT NOT NULL CHECK (state IN ('there', 'unsent', 'kept')),
  PRIMARY KEY (owner, id)
) STRICT;
