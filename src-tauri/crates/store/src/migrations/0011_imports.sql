-- Imports: which sessions each of them brought, so that it can be undone as a whole. Never synced.

CREATE TABLE imports (
  id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- the user names an import by it, so that it is never used again
  importedat TEXT    NOT NULL CHECK (importedat IS strftime('%Y-%m-%dT%H:%M:%fZ', importedat)),
  formats    TEXT    NOT NULL CHECK (json_type(formats) = 'array'), -- the name of each file's format
  files      TEXT    NOT NULL CHECK (json_type(files) = 'array'), -- their names, without folders
  zone       TEXT, -- the time zone that was assumed; null: no sit depends on it
  -- The numbers of sits.
  added      INTEGER NOT NULL CHECK (added >= 0),
  revived    INTEGER NOT NULL CHECK (revived >= 0), -- an earlier import was undone
  known      INTEGER NOT NULL CHECK (known >= 0), -- were in the log
  same       INTEGER NOT NULL CHECK (same >= 0), -- were in the log, or in another of the files, in another format
  deleted    INTEGER NOT NULL CHECK (deleted >= 0), -- stay deleted
  skipped    INTEGER NOT NULL CHECK (skipped >= 0), -- rows that are not imported
  undoneat   TEXT             CHECK (undoneat IS strftime('%Y-%m-%dT%H:%M:%fZ', undoneat)),
  undone     INTEGER          CHECK (undone >= 0), -- the number of sits that the undo deleted
  CHECK ((undoneat IS NULL) = (undone IS NULL))
) STRICT;

-- The sessions that an import added or revived.
CREATE TABLE import_sits (
  import_id     INTEGER NOT NULL REFERENCES imports (id),
  session_key   INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  is_revived    INTEGER NOT NULL CHECK (is_revived IN (0, 1)),
  -- The deletion as undoing the import set it; null: it did not delete the session. The session was not deleted by its
  -- user since if it still has this deletion.
  undo_revision INTEGER          CHECK (undo_revision BETWEEN 1 AND 4294967295),
  undo_device   TEXT             CHECK (length(undo_device) = 36),
  PRIMARY KEY (import_id, session_key),
  CHECK ((undo_revision IS NULL) = (undo_device IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX import_sits_by_session ON import_sits (session_key);
