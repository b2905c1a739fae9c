-- What this device keeps about partners beside what it syncs.

-- The code of the account's open invitation, so that it can be shown again and a request whose response was lost can be
-- repeated. It is here and not in the keychain, because it lets its holder become the user's partner once, within seven days,
-- and nothing else, and because an invitation must not depend on a keychain that is locked. Null: there is none.
ALTER TABLE accounts ADD COLUMN invitation_code TEXT CHECK (length(invitation_code) = 27);
-- When it expires. Null: the server has not confirmed the invitation yet.
ALTER TABLE accounts ADD COLUMN invitation_expiresat TEXT
  CHECK (invitation_expiresat IS strftime('%Y-%m-%dT%H:%M:%fZ', invitation_expiresat))
  CHECK (invitation_expiresat IS NULL OR invitation_code IS NOT NULL);

-- The number of the last of the news that was announced, or that was there when the news were first read. Null: they were
-- never read.
ALTER TABLE accounts ADD COLUMN announced_news INTEGER CHECK (announced_news >= 0);
