-- The partner of each account: what the user has set and done that the server does not know yet, and what the server last
-- said.

-- Registers: the higher revision wins, of equal ones the higher device id. A register that was never set has no row.
CREATE TABLE partner_registers (
  owner    TEXT             REFERENCES accounts (id), -- null: ownerless
  -- profile: name and picture; target: sits a week; privacy: what a partner sees, of the partnership in `value`.
  kind     TEXT    NOT NULL CHECK (kind IN ('profile', 'target', 'privacy')),
  value    TEXT    NOT NULL CHECK (json_valid(value)),
  revision INTEGER NOT NULL CHECK (revision BETWEEN 1 AND 4294967295),
  deviceid TEXT    NOT NULL CHECK (length(deviceid) = 36),
  -- pending: to be sent; rejected: the server does not store it; local_only: stays on this device, by the user's decision;
  -- null: the server has it.
  state    TEXT             CHECK (state IN ('pending', 'rejected', 'local_only')),
  reason   TEXT, -- why the server rejected it
  CHECK ((state IS 'rejected') = (reason IS NOT NULL)),
  CHECK (kind = 'target' OR owner IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX partner_registers_by_kind ON partner_registers (coalesce(owner, ''), kind);

-- What the user has asked for and the server has not done yet, or has refused.
CREATE TABLE partner_requests (
  owner       TEXT NOT NULL REFERENCES accounts (id),
  kind        TEXT NOT NULL CHECK (kind IN ('bow', 'leave')),
  id          TEXT          CHECK (length(id) = 36), -- of a bow: the same whenever it is sent
  partnership TEXT NOT NULL CHECK (length(partnership) = 36),
  refusal     TEXT, -- the code of the server; null: to be sent
  PRIMARY KEY (owner, kind),
  CHECK ((kind = 'bow') = (id IS NOT NULL))
) STRICT;

-- The last response, as JSON. Each response replaces it whole. A later version that changes its form deletes the rows and
-- sets `partner_seq` to null.
CREATE TABLE partner_views (
  owner  TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
  body   TEXT NOT NULL CHECK (json_valid(body)),
  readat TEXT NOT NULL CHECK (readat IS strftime('%Y-%m-%dT%H:%M:%fZ', readat))
) STRICT;

-- A number of the server that differs whenever what the user sees has changed: when it was last read, and as the last pull
-- returned it. Null: not read yet; a server that does not know partners.
ALTER TABLE accounts ADD COLUMN partner_seq INTEGER CHECK (partner_seq >= 0);
ALTER TABLE accounts ADD COLUMN server_partner_seq INTEGER CHECK (server_partner_seq >= 0);
