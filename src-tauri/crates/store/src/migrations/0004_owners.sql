-- Accounts that are gone, and the moves of their sits to another account.

-- Why an account cannot be signed in to again. deleted: its own server said so. replaced: another account has its
-- address in its project now. Null: nothing is known against it.
ALTER TABLE accounts ADD COLUMN gone TEXT CHECK (gone IN ('deleted', 'replaced'));
-- The account whose user chose to leave the sits of this one where they are. Asked again at that account's next sign-in.
ALTER TABLE accounts ADD COLUMN declinedby TEXT CHECK (length(declinedby) = 36);

-- Accounts that the one in use has replaced before this was recorded.
UPDATE accounts SET gone = 'replaced'
WHERE shown = 0 AND email <> '' AND url <> '' AND EXISTS (
  SELECT 1 FROM accounts AS now
  WHERE now.shown = 1 AND now.url = accounts.url AND lower(now.email) = lower(accounts.email)
);

-- The sits that the current transaction moves to another account. Empty at each commit.
CREATE TABLE owner_moves (
  session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id),
  target     TEXT NOT NULL REFERENCES accounts (id)
) STRICT;

DROP TRIGGER a_sit_keeps_its_owner;
CREATE TRIGGER a_sit_keeps_its_owner BEFORE UPDATE OF owner ON sessions
WHEN OLD.owner IS NOT NULL AND NEW.owner IS NOT OLD.owner
  AND NOT EXISTS (SELECT 1 FROM owner_moves WHERE session_id = OLD.id AND target = NEW.owner)
BEGIN
  SELECT RAISE(ABORT, 'a sit keeps its owner unless its user moves it');
END;
