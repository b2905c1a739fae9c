-- What an import gave to sessions that were in the log, and how its own sessions were when it was made.

-- The sessions to which an import gave their note. Undoing the import takes away those that are still the same.
CREATE TABLE import_notes (
  import_id   INTEGER NOT NULL REFERENCES imports (id),
  session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  note        TEXT    NOT NULL CHECK (note <> ''),
  PRIMARY KEY (import_id, session_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_notes_by_session ON import_notes (session_key);

ALTER TABLE imports ADD COLUMN noted INTEGER NOT NULL DEFAULT 0 CHECK (noted >= 0); -- sessions to which it gave their note

-- The revision of the details that the import has written: a later one is a change of the user. What was changed before
-- this migration is not known.
ALTER TABLE import_sits ADD COLUMN details_revision INTEGER CHECK (details_revision BETWEEN 0 AND 4294967295);
UPDATE import_sits SET details_revision = (SELECT detailsrevision FROM sessions WHERE key = session_key);
