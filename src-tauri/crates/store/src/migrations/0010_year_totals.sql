-- Totals per year, so that the whole log is counted without reading every day, and the terms of the index of words, so that
-- a search for the beginning of a word reads no more matches than it returns.

-- Sits that are over, by the year of their local day and their label.
CREATE TABLE year_totals (
  owner   INTEGER NOT NULL,
  year    INTEGER NOT NULL,
  label   INTEGER NOT NULL,
  sits    INTEGER NOT NULL,
  seconds INTEGER NOT NULL,
  PRIMARY KEY (owner, year, label)
) STRICT, WITHOUT ROWID;
INSERT INTO year_totals
SELECT owner, year, label, count(*), sum(length) FROM counted_rows GROUP BY owner, year, label;

DROP TRIGGER count_row;
CREATE TRIGGER count_row INSTEAD OF INSERT ON row_counting
BEGIN
  INSERT INTO day_totals
  SELECT owner, day, label, NEW.change, NEW.change * length FROM counted_rows WHERE key = NEW.key
  ON CONFLICT DO UPDATE SET sits = sits + excluded.sits, seconds = seconds + excluded.seconds;
  DELETE FROM day_totals
  WHERE NEW.change < 0 AND sits = 0
    AND (owner, day, label) = (SELECT owner, day, label FROM counted_rows WHERE key = NEW.key);
  INSERT INTO year_totals
  SELECT owner, year, label, NEW.change, NEW.change * length FROM counted_rows WHERE key = NEW.key
  ON CONFLICT DO UPDATE SET sits = sits + excluded.sits, seconds = seconds + excluded.seconds;
  DELETE FROM year_totals
  WHERE NEW.change < 0 AND sits = 0
    AND (owner, year, label) = (SELECT owner, year, label FROM counted_rows WHERE key = NEW.key);
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

CREATE VIRTUAL TABLE note_terms USING fts5vocab (note_words, instance);
