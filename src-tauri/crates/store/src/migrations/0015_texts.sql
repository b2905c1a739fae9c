-- Notes and labels that stay on this device, by the user's choice: see `texts.rs`.

-- The choice, a register of the account that all its devices share: the higher revision wins, of equal ones the higher
-- device id. Revision 0: never made. Pending: to be sent.
ALTER TABLE accounts ADD COLUMN keeps_texts INTEGER NOT NULL DEFAULT 0 CHECK (keeps_texts IN (0, 1));
ALTER TABLE accounts ADD COLUMN keeps_texts_revision INTEGER NOT NULL DEFAULT 0
  CHECK (keeps_texts_revision BETWEEN 0 AND 4294967295);
ALTER TABLE accounts ADD COLUMN keeps_texts_device TEXT CHECK (length(keeps_texts_device) = 36);
ALTER TABLE accounts ADD COLUMN keeps_texts_pending INTEGER NOT NULL DEFAULT 0 CHECK (keeps_texts_pending IN (0, 1));
-- Whether the server stores the choice; an older one does not.
ALTER TABLE accounts ADD COLUMN server_stores_keeps_texts INTEGER NOT NULL DEFAULT 0
  CHECK (server_stores_keeps_texts IN (0, 1));

-- Of an account that keeps its texts: the note and the label that the server has of a session, and that are sent with it.
-- A session without a row has neither. Null: not known yet, and the session is not sent.
-- Of an account that sends its texts: the sessions whose texts were kept before and were sent since.
CREATE TABLE shared_texts (
  session_key INTEGER NOT NULL PRIMARY KEY REFERENCES sessions (key) ON DELETE CASCADE,
  note        TEXT,
  label       TEXT,
  -- Whether another device has changed the note of the server after this device had another one.
  has_diverged INTEGER NOT NULL DEFAULT 0 CHECK (has_diverged IN (0, 1)),
  -- Whether the texts were kept before and were sent since: another device may have sent others at the same time.
  was_kept     INTEGER NOT NULL DEFAULT 0 CHECK (was_kept IN (0, 1)),
  CHECK ((note IS NULL) = (label IS NULL))
) STRICT;
