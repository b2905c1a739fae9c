-- Accounts, and whose each sit is.

-- Accounts that were ever signed in on this device. Signing out forgets nothing.
CREATE TABLE accounts (
  id         TEXT    NOT NULL PRIMARY KEY CHECK (length(id) = 36), -- as the server names it
  url        TEXT    NOT NULL, -- of the project
  email      TEXT    NOT NULL,
  signedin   INTEGER NOT NULL CHECK (signedin IN (0, 1)),
  shown      INTEGER NOT NULL CHECK (shown IN (0, 1)), -- the log shows its sits
  -- How far the server's sits were read: both, or none.
  seq        INTEGER          CHECK (seq >= 0),
  mark       TEXT             CHECK (length(mark) = 36),
  -- The last erasure that this device has agreed to.
  erased     TEXT             CHECK (length(erased) = 36),
  -- Whether anything was ever read. Before that, an erasure can have taken nothing that came from here.
  met        INTEGER NOT NULL CHECK (met IN (0, 1)),
  syncedat   TEXT             CHECK (syncedat IS strftime('%Y-%m-%dT%H:%M:%fZ', syncedat)),
  comparedat TEXT             CHECK (comparedat IS strftime('%Y-%m-%dT%H:%M:%fZ', comparedat)),
  CHECK ((seq IS NULL) = (mark IS NULL)),
  CHECK (seq IS NULL OR met = 1),
  CHECK (shown >= signedin)
) STRICT;

CREATE UNIQUE INDEX one_account_is_signed_in ON accounts (signedin) WHERE signedin = 1;
CREATE UNIQUE INDEX one_account_is_shown ON accounts (shown) WHERE shown = 1;

-- Owners that were named before there were accounts. Where they are is learnt when they sign in.
INSERT INTO accounts (id, url, email, signedin, shown, met)
SELECT DISTINCT owner, '', '', 0, 0, 0 FROM outbox WHERE owner IS NOT NULL;

-- Null: nobody was signed in.
ALTER TABLE sessions ADD COLUMN owner TEXT REFERENCES accounts (id);
UPDATE sessions SET owner = outbox.owner FROM outbox WHERE outbox.session_id = sessions.id;
CREATE INDEX sessions_by_owner ON sessions (owner);

CREATE TRIGGER a_sit_keeps_its_owner BEFORE UPDATE OF owner ON sessions
WHEN OLD.owner IS NOT NULL AND NEW.owner IS NOT OLD.owner
BEGIN
  SELECT RAISE(ABORT, 'a sit keeps its owner');
END;

-- The outbox anew: whose a sit is stands with the sit, when to try again is no affair of single rows, and a
-- sit can be one that is not to be sent.
CREATE TABLE outbox_2 (
  session_id TEXT    NOT NULL PRIMARY KEY REFERENCES sessions (id) ON UPDATE CASCADE,
  generation INTEGER NOT NULL CHECK (generation > 0),
  -- pending: to be sent; refused: the server will not have it; kept: the person wants it here only.
  state      TEXT    NOT NULL CHECK (state IN ('pending', 'refused', 'kept')),
  last_code  TEXT, -- what the server said of it
  CHECK (state <> 'refused' OR last_code IS NOT NULL)
) STRICT;
INSERT INTO outbox_2 (session_id, generation, state, last_code)
SELECT session_id, generation, state,
  CASE state WHEN 'refused' THEN coalesce(last_code, 'unknown') ELSE last_code END
FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_2 RENAME TO outbox;

CREATE UNIQUE INDEX outbox_pending ON outbox (generation) WHERE state = 'pending';

CREATE TRIGGER a_preparation_is_not_sent BEFORE INSERT ON outbox
WHEN EXISTS (SELECT 1 FROM open_sits WHERE session_id = NEW.session_id AND preparing = 1)
BEGIN
  SELECT RAISE(ABORT, 'a sit that has not begun is not sent');
END;
