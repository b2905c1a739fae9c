-- Rows of one label, outcome and source are found in the order of the log, so that a filter by these reads no other rows.

DROP INDEX log_rows_by_label;
CREATE INDEX log_rows_by_kind ON log_rows (owner, label, outcome, source, position, length);
