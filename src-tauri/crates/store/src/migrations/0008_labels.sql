-- Labels: what the keys in sessions.label are called, how they look, and which were merged or deleted.

CREATE TABLE labels (
  -- Identifies the row on this device only, for what is computed from sessions. Never used again.
  id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  owner       TEXT    REFERENCES accounts (id), -- null: ownerless
  -- The text in sessions.label. A session may have a longer one than the server stores for a label.
  key         TEXT    NOT NULL CHECK (key <> '' AND instr(key, char(0)) = 0),
  -- Details: a register, the higher revision wins, of equal ones the higher device id. Revision 0: never changed; then
  -- the label is called as its key, and colour and shape are derived from the key.
  name        TEXT             CHECK (name <> '' AND instr(name, char(0)) = 0),
  colour      TEXT             CHECK (colour IN ('red', 'orange', 'yellow', 'green', 'teal', 'blue', 'violet', 'pink')),
  shape       TEXT             CHECK (shape IN ('circle', 'square', 'triangle', 'diamond', 'star', 'cross')),
  merged_into TEXT             CHECK (merged_into <> ''), -- a key of the same owner
  is_deleted  INTEGER NOT NULL DEFAULT 0 CHECK (is_deleted IN (0, 1)),
  revision    INTEGER NOT NULL DEFAULT 0 CHECK (revision BETWEEN 0 AND 4294967295),
  deviceid    TEXT             CHECK (length(deviceid) = 36),
  -- pending: to be sent; rejected: the server does not store it; local_only: stays on this device, by the user's decision;
  -- null: the server has it, or it was never changed.
  state       TEXT             CHECK (state IN ('pending', 'rejected', 'local_only')),
  reason      TEXT, -- why the server rejected it
  -- The label as which this one is shown, after all merges; null: none, because that one is deleted. Computed from
  -- merged_into and is_deleted of all labels of the owner, in the transaction that changes them.
  resolved    INTEGER          REFERENCES labels (id),
  CHECK ((revision = 0) = (name IS NULL)),
  CHECK ((revision = 0) = (colour IS NULL)),
  CHECK ((revision = 0) = (shape IS NULL)),
  CHECK ((revision = 0) = (deviceid IS NULL)),
  CHECK (revision > 0 OR (merged_into IS NULL AND is_deleted = 0 AND state IS NULL)),
  CHECK ((state IS 'rejected') = (reason IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX labels_by_key ON labels (coalesce(owner, ''), key);
CREATE INDEX labels_pending ON labels (owner) WHERE state = 'pending';

CREATE TRIGGER a_new_label_is_shown_as_itself AFTER INSERT ON labels
WHEN NEW.revision = 0
BEGIN
  UPDATE labels SET resolved = id WHERE id = NEW.id;
END;

CREATE TRIGGER a_label_keeps_its_key BEFORE UPDATE OF id, owner, key ON labels
WHEN NEW.id <> OLD.id OR NEW.owner IS NOT OLD.owner OR NEW.key <> OLD.key
BEGIN
  SELECT RAISE(ABORT, 'a label keeps its key and its owner');
END;

CREATE TRIGGER a_label_with_sessions_is_never_removed BEFORE DELETE ON labels
WHEN EXISTS (SELECT 1 FROM sessions WHERE label = OLD.key AND owner IS OLD.owner)
BEGIN
  SELECT RAISE(ABORT, 'a label that sessions have is never removed: set is_deleted');
END;

-- Every key that a session has is a label. Before the change, so that other triggers find the label.
CREATE TRIGGER a_new_session_has_a_label BEFORE INSERT ON sessions
WHEN NEW.label <> ''
BEGIN
  INSERT INTO labels (owner, key) SELECT NEW.owner, NEW.label
  WHERE NOT EXISTS (SELECT 1 FROM labels WHERE coalesce(owner, '') = coalesce(NEW.owner, '') AND key = NEW.label);
END;

CREATE TRIGGER a_changed_session_has_a_label BEFORE UPDATE OF label, owner ON sessions
WHEN NEW.label <> '' AND (NEW.label <> OLD.label OR NEW.owner IS NOT OLD.owner)
BEGIN
  INSERT INTO labels (owner, key) SELECT NEW.owner, NEW.label
  WHERE NOT EXISTS (SELECT 1 FROM labels WHERE coalesce(owner, '') = coalesce(NEW.owner, '') AND key = NEW.label);
END;

INSERT INTO labels (owner, key) SELECT DISTINCT owner, label FROM sessions WHERE label <> '' ORDER BY owner, label;

-- The seq of the last change of the account's labels on the server: when they were last read, and as the last pull
-- returned it. Null: not read yet; a server that does not know labels.
ALTER TABLE accounts ADD COLUMN labels_seq INTEGER CHECK (labels_seq >= 0);
ALTER TABLE accounts ADD COLUMN server_labels_seq INTEGER CHECK (server_labels_seq >= 0);
