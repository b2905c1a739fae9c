-- The log: a narrow row per visible session, totals per day, counts per year, and the words of notes. Triggers derive all
-- of it from `sessions` and `open_sits`, in the transaction that changes these; nothing is stored here only.
--
-- Zafu registers the function `zafu_words` on every connection that writes. Reading needs no function of Zafu.

-- The log was read by this index.
DROP INDEX sessions_by_start;

CREATE TABLE log_state (
  only           INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
  -- The hour at which the user's day begins, as it was when the days below were computed.
  day_start      INTEGER NOT NULL CHECK (day_start BETWEEN 0 AND 23),
  -- 1: the current transaction inserts many sessions and adds their rows at its end. 0 at each commit.
  adds_rows_late INTEGER NOT NULL CHECK (adds_rows_late IN (0, 1))
) STRICT;
INSERT INTO log_state
SELECT 1, coalesce((
  SELECT value ->> '$' FROM settings
  WHERE key = 'dayStartsAtHour' AND json_type(value) = 'integer' AND value ->> '$' BETWEEN 0 AND 23
), 4), 0;

-- Owners by number, so that the rows below are narrow.
CREATE TABLE log_owners (
  number INTEGER NOT NULL PRIMARY KEY,
  id     TEXT    NOT NULL UNIQUE -- of the account; empty: ownerless
) STRICT;
INSERT INTO log_owners VALUES (0, '');
INSERT INTO log_owners (id) SELECT DISTINCT owner FROM sessions WHERE owner IS NOT NULL;

-- The sessions in the log: not deleted, and not in their preparation. Start, offset and length are effective, that is, as
-- corrected by the user, or else as recorded.
CREATE VIEW log_source AS
SELECT key, owner, start * 32768 + tie AS position, start, utcoffset,
  -- Rounded down, also before 1970.
  (local - (local % 86400000 + 86400000) % 86400000) / 86400000 AS day,
  length, label, outcome, source
FROM (
  SELECT *, start + utcoffset * 60000 - (SELECT day_start FROM log_state) * 3600000 AS local
  FROM (
    SELECT key,
      (SELECT number FROM log_owners WHERE id = coalesce(sessions.owner, '')) AS owner,
      unixepoch(coalesce(correctedstart, startedat)) * 1000
        + CAST(substr(coalesce(correctedstart, startedat), 21, 3) AS INTEGER) AS start,
      -- The last 15 bits of the id.
      (instr('123456789abcdef', substr(id, 33, 1)) & 7) * 4096 + instr('123456789abcdef', substr(id, 34, 1)) * 256
        + instr('123456789abcdef', substr(id, 35, 1)) * 16 + instr('123456789abcdef', substr(id, 36, 1)) AS tie,
      coalesce(correctedoffset, utcoffset) AS utcoffset,
      coalesce(correctedlength, satlength) AS length,
      coalesce((
        SELECT id FROM labels
        WHERE labels.key = sessions.label AND coalesce(labels.owner, '') = coalesce(sessions.owner, '')
      ), 0) AS label,
      CASE WHEN completedat IS NOT NULL THEN 2 WHEN endedat IS NOT NULL THEN 1 ELSE 0 END AS outcome,
      CASE source WHEN 'timer' THEN 0 WHEN 'manual' THEN 1 ELSE 2 END AS source
    FROM sessions
    WHERE deletedat IS NULL
      AND NOT EXISTS (SELECT 1 FROM open_sits WHERE session_key = sessions.key AND preparing = 1)
  )
);

CREATE TABLE log_rows (
  owner     INTEGER NOT NULL, -- number in log_owners
  -- The position in the log, unique among all owners: start * 32768, plus a number from the id, so that sessions that
  -- start in the same millisecond are in the same order on every device. If it is taken, the next one that is free.
  position     INTEGER NOT NULL,
  key       INTEGER NOT NULL UNIQUE, -- of the session
  start     INTEGER NOT NULL, -- milliseconds since 1970 in UTC
  utcoffset INTEGER NOT NULL, -- minutes
  day       INTEGER NOT NULL, -- the local day, in days since 1970-01-01
  length    INTEGER NOT NULL, -- seconds
  label     INTEGER NOT NULL, -- id in labels; 0: none
  outcome   INTEGER NOT NULL, -- 0: not over, 1: ended early, 2: completed
  source    INTEGER NOT NULL, -- 0: timer, 1: manual, 2: import
  PRIMARY KEY (owner, position)
) STRICT, WITHOUT ROWID;
INSERT INTO log_rows
SELECT owner, number + max(position - number) OVER (ORDER BY number), key, start, utcoffset, day, length, label, outcome,
  source
FROM (SELECT *, row_number() OVER (ORDER BY position, key) AS number FROM log_source);
CREATE UNIQUE INDEX log_rows_by_position ON log_rows (position);
CREATE INDEX log_rows_by_label ON log_rows (owner, label, position, outcome, source, length);
CREATE INDEX log_rows_not_over ON log_rows (owner, day, label) WHERE outcome = 0;

-- Sits that are over, by local day and label.
CREATE TABLE day_totals (
  owner   INTEGER NOT NULL,
  day     INTEGER NOT NULL,
  label   INTEGER NOT NULL,
  sits    INTEGER NOT NULL,
  seconds INTEGER NOT NULL,
  PRIMARY KEY (owner, day, label)
) STRICT, WITHOUT ROWID;

-- Sits that are over, by the year of their local day and the half hour of the clock in which they started, 0 to 47.
CREATE TABLE half_hour_counts (
  owner     INTEGER NOT NULL,
  year      INTEGER NOT NULL,
  half_hour INTEGER NOT NULL,
  sits      INTEGER NOT NULL,
  PRIMARY KEY (owner, year, half_hour)
) STRICT, WITHOUT ROWID;

-- Sits that are over, by the year of their local day and their length in whole minutes.
CREATE TABLE length_counts (
  owner   INTEGER NOT NULL,
  year    INTEGER NOT NULL,
  minutes INTEGER NOT NULL,
  sits    INTEGER NOT NULL,
  PRIMARY KEY (owner, year, minutes)
) STRICT, WITHOUT ROWID;

-- The rows of sits that are over, by what they are counted.
CREATE VIEW counted_rows AS
SELECT key, owner, day, label, length,
  CAST(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER) AS year,
  ((start + utcoffset * 60000) % 86400000 + 86400000) % 86400000 / 1800000 AS half_hour,
  length / 60 AS minutes
FROM log_rows WHERE outcome > 0;

INSERT INTO day_totals
SELECT owner, day, label, count(*), sum(length) FROM counted_rows GROUP BY owner, day, label;
INSERT INTO half_hour_counts
SELECT owner, year, half_hour, count(*) FROM counted_rows GROUP BY owner, year, half_hour;
INSERT INTO length_counts SELECT owner, year, minutes, count(*) FROM counted_rows GROUP BY owner, year, minutes;

-- The words of notes. The row id is the position in the log, so that matches are found in the order of the log.
CREATE VIRTUAL TABLE note_words USING fts5 (
  note, content = '', contentless_delete = 1, prefix = '1 2 3',
  -- Symbols are words too, such as emoji.
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So'"
);
INSERT INTO note_words (rowid, note)
SELECT position, zafu_words(note) FROM log_rows JOIN sessions USING (key) WHERE note <> '' ORDER BY position;

-- INSERT INTO row_counting VALUES (key, 1) counts a row, and with -1 it stops counting the row.
CREATE VIEW row_counting AS SELECT key, 1 AS change FROM log_rows;
CREATE TRIGGER count_row INSTEAD OF INSERT ON row_counting
BEGIN
  INSERT INTO day_totals
  SELECT owner, day, label, NEW.change, NEW.change * length FROM counted_rows WHERE key = NEW.key
  ON CONFLICT DO UPDATE SET sits = sits + excluded.sits, seconds = seconds + excluded.seconds;
  DELETE FROM day_totals
  WHERE NEW.change < 0 AND sits = 0
    AND (owner, day, label) = (SELECT owner, day, label FROM counted_rows WHERE key = NEW.key);
  INSERT INTO half_hour_counts
  SELECT owner, year, half_hour, NEW.change FROM counted_rows WHERE key = NEW.key
  ON CONFLICT DO UPDATE SET sits = sits + excluded.sits;
  DELETE FROM half_hour_counts
  WHERE NEW.change < 0 AND sits = 0
    AND (owner, year, half_hour) = (SELECT owner, year, half_hour FROM counted_rows WHERE key = NEW.key);
  INSERT INTO length_counts
  SELECT owner, year, minutes, NEW.change FROM counted_rows WHERE key = NEW.key
  ON CONFLICT DO UPDATE SET sits = sits + excluded.sits;
  DELETE FROM length_counts
  WHERE NEW.change < 0 AND sits = 0
    AND (owner, year, minutes) = (SELECT owner, year, minutes FROM counted_rows WHERE key = NEW.key);
END;

CREATE TRIGGER a_new_row_is_counted AFTER INSERT ON log_rows WHEN NEW.outcome > 0
BEGIN
  INSERT INTO row_counting VALUES (NEW.key, 1);
END;

CREATE TRIGGER a_removed_row_is_not_counted BEFORE DELETE ON log_rows WHEN OLD.outcome > 0
BEGIN
  INSERT INTO row_counting VALUES (OLD.key, -1);
END;

-- A row whose start, offset or owner changes is removed and added.
CREATE TRIGGER a_changed_row_is_not_counted BEFORE UPDATE OF length, label, outcome ON log_rows WHEN OLD.outcome > 0
BEGIN
  INSERT INTO row_counting VALUES (OLD.key, -1);
END;

CREATE TRIGGER a_changed_row_is_counted_again AFTER UPDATE OF length, label, outcome ON log_rows WHEN NEW.outcome > 0
BEGIN
  INSERT INTO row_counting VALUES (NEW.key, 1);
END;

CREATE TRIGGER a_new_row_has_its_words AFTER INSERT ON log_rows
BEGIN
  INSERT INTO note_words (rowid, note)
  SELECT NEW.position, zafu_words(note) FROM sessions WHERE key = NEW.key AND note <> '';
END;

CREATE TRIGGER a_removed_row_has_no_words AFTER DELETE ON log_rows
BEGIN
  DELETE FROM note_words WHERE rowid = OLD.position;
END;

-- INSERT INTO row_adding VALUES (key) adds the row of a session that has none, if the session is in the log.
CREATE VIEW row_adding AS SELECT key FROM log_rows;
CREATE TRIGGER add_row INSTEAD OF INSERT ON row_adding
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

-- INSERT INTO row_changing VALUES (key, has_other_note) derives the row of a session again.
CREATE VIEW row_changing AS SELECT key, 0 AS has_other_note FROM log_rows;
CREATE TRIGGER change_row INSTEAD OF INSERT ON row_changing
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

CREATE TRIGGER an_owner_of_sessions_has_a_number BEFORE INSERT ON sessions
WHEN NEW.owner NOT IN (SELECT id FROM log_owners)
BEGIN
  INSERT INTO log_owners (id) VALUES (NEW.owner);
END;

CREATE TRIGGER a_new_owner_of_sessions_has_a_number BEFORE UPDATE OF owner ON sessions
WHEN NEW.owner NOT IN (SELECT id FROM log_owners)
BEGIN
  INSERT INTO log_owners (id) VALUES (NEW.owner);
END;

CREATE TRIGGER a_new_session_has_a_row AFTER INSERT ON sessions
WHEN (SELECT adds_rows_late FROM log_state) = 0
BEGIN
  INSERT INTO row_adding VALUES (NEW.key);
END;

CREATE TRIGGER a_changed_session_has_another_row AFTER UPDATE ON sessions
WHEN OLD.startedat <> NEW.startedat OR OLD.satlength <> NEW.satlength OR OLD.completedat IS NOT NEW.completedat
  OR OLD.endedat IS NOT NEW.endedat OR OLD.deletedat IS NOT NEW.deletedat OR OLD.utcoffset <> NEW.utcoffset
  OR OLD.source <> NEW.source OR OLD.note <> NEW.note OR OLD.label <> NEW.label
  OR OLD.correctedstart IS NOT NEW.correctedstart OR OLD.correctedlength IS NOT NEW.correctedlength
  OR OLD.correctedoffset IS NOT NEW.correctedoffset OR OLD.owner IS NOT NEW.owner
BEGIN
  INSERT INTO row_changing VALUES (NEW.key, OLD.note <> NEW.note);
END;

CREATE TRIGGER a_removed_session_has_no_row AFTER DELETE ON sessions
BEGIN
  -- The next session could have its key, which adding rows late would miss.
  SELECT RAISE(ABORT, 'no session is removed while rows are added late') FROM log_state WHERE adds_rows_late = 1;
  DELETE FROM log_rows WHERE key = OLD.key;
END;

CREATE TRIGGER a_preparation_has_no_row AFTER INSERT ON open_sits WHEN NEW.preparing = 1
BEGIN
  INSERT INTO row_changing VALUES (NEW.session_key, 0);
END;

CREATE TRIGGER a_sit_after_its_preparation_has_a_row AFTER UPDATE OF preparing ON open_sits
WHEN OLD.preparing <> NEW.preparing
BEGIN
  INSERT INTO row_changing VALUES (NEW.session_key, 0);
END;

CREATE TRIGGER a_sit_that_ends_in_its_preparation_has_a_row AFTER DELETE ON open_sits WHEN OLD.preparing = 1
BEGIN
  INSERT INTO row_changing VALUES (OLD.session_key, 0);
END;
