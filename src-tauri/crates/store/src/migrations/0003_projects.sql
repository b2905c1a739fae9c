-- What reaches an account's project again, the person's word on sits that were nobody's, and where this
-- installation is.

-- The publishable key of the project: public, it opens nothing by itself. Empty: to be entered anew.
ALTER TABLE accounts ADD COLUMN key TEXT NOT NULL DEFAULT '';
-- Sits that were made while nobody was signed in are not to be the account's; asked again when it signs in.
ALTER TABLE accounts ADD COLUMN leavesownerless INTEGER NOT NULL DEFAULT 0 CHECK (leavesownerless IN (0, 1));

-- A digest of this computer and this folder; null: not known. A copy of the folder is another device.
ALTER TABLE device ADD COLUMN place TEXT CHECK (length(place) = 36);
