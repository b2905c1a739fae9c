-- Derives the log from many changes at once: while log_state.derives_late is 1, triggers only record which sessions have
-- changed, and Zafu derives their rows at the end of its transaction.

ALTER TABLE log_state RENAME COLUMN adds_rows_late TO derives_late;

-- The sessions that were inserted or changed while derives_late is 1. Empty at each commit.
CREATE TABLE log_changes (
  key            INTEGER NOT NULL PRIMARY KEY, -- of the session
  had_row        INTEGER NOT NULL CHECK (had_row IN (0, 1)), -- 0: the session is new
  has_other_note INTEGER NOT NULL CHECK (has_other_note IN (0, 1)) -- 1: its note has changed
) STRICT;

DROP TRIGGER a_new_session_has_a_row;
CREATE TRIGGER a_new_session_has_a_row AFTER INSERT ON sessions
BEGIN
  INSERT INTO row_adding VALUES (NEW.key);
END;

DROP TRIGGER add_row;
CREATE TRIGGER add_row INSTEAD OF INSERT ON row_adding
WHEN (SELECT derives_late FROM log_state) = 0
BEGIN
  INSERT INTO log_rows
  SELECT owner,
    CASE WHEN NOT EXISTS (SELECT 1 FROM log_rows WHERE position = added.position) THEN position
      ELSE (
        SELECT min(position) + 1 FROM log_rows AS taken
        WHERE position >= added.position AND NOT EXISTS (SELECT 1 FROM log_rows WHERE position = taken.position + 1)
      )
    END,
    key, start, utcoffset, day, length, label, outcome, source
  FROM log_source AS added
  WHERE key = NEW.key AND NOT EXISTS (SELECT 1 FROM log_rows WHERE key = NEW.key);
END;

CREATE TRIGGER add_row_late INSTEAD OF INSERT ON row_adding
WHEN (SELECT derives_late FROM log_state) = 1
BEGIN
  INSERT INTO log_changes VALUES (NEW.key, 0, 0) ON CONFLICT DO NOTHING;
END;

DROP TRIGGER change_row;
CREATE TRIGGER change_row INSTEAD OF INSERT ON row_changing
WHEN (SELECT derives_late FROM log_state) = 0
BEGIN
  DELETE FROM log_rows WHERE key = NEW.key AND NOT EXISTS (
    SELECT 1 FROM log_source AS changed
    WHERE changed.key = log_rows.key AND changed.owner = log_rows.owner AND changed.start = log_rows.start
      AND changed.utcoffset = log_rows.utcoffset
  );
  UPDATE log_rows SET (length, label, outcome, source) = (
    SELECT length, label, outcome, source FROM log_source WHERE key = NEW.key
  ) WHERE key = NEW.key;
  DELETE FROM note_words
  WHERE NEW.has_other_note AND rowid = (SELECT position FROM log_rows WHERE key = NEW.key);
  INSERT INTO note_words (rowid, note)
  SELECT position, zafu_words(note) FROM log_rows JOIN sessions USING (key)
  WHERE key = NEW.key AND NEW.has_other_note AND note <> '';
  INSERT INTO row_adding VALUES (NEW.key);
END;

CREATE TRIGGER change_row_late INSTEAD OF INSERT ON row_changing
WHEN (SELECT derives_late FROM log_state) = 1
BEGIN
  INSERT INTO log_changes VALUES (NEW.key, 1, NEW.has_other_note)
  ON CONFLICT DO UPDATE SET has_other_note = max(has_other_note, excluded.has_other_note);
END;

-- Rows that are derived late are counted together, and their words are indexed together.
DROP TRIGGER a_new_row_is_counted;
CREATE TRIGGER a_new_row_is_counted AFTER INSERT ON log_rows
WHEN NEW.outcome > 0 AND (SELECT derives_late FROM log_state) = 0
BEGIN
  INSERT INTO row_counting VALUES (NEW.key, 1);
END;

DROP TRIGGER a_removed_row_is_not_counted;
CREATE TRIGGER a_removed_row_is_not_counted BEFORE DELETE ON log_rows
WHEN OLD.outcome > 0 AND (SELECT derives_late FROM log_state) = 0
BEGIN
  INSERT INTO row_counting VALUES (OLD.key, -1);
END;

DROP TRIGGER a_new_row_has_its_words;
CREATE TRIGGER a_new_row_has_its_words AFTER INSERT ON log_rows
WHEN (SELECT derives_late FROM log_state) = 0
BEGIN
  INSERT INTO note_words (rowid, note)
  SELECT NEW.position, zafu_words(note) FROM sessions WHERE key = NEW.key AND note <> '';
END;

DROP TRIGGER a_removed_row_has_no_words;
CREATE TRIGGER a_removed_row_has_no_words AFTER DELETE ON log_rows
WHEN (SELECT derives_late FROM log_state) = 0
BEGIN
  DELETE FROM note_words WHERE rowid = OLD.position;
END;
