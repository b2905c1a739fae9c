-- What the user chose about notes and labels of an account that waits for the confirmation of its e-mail address: it holds for
-- the next sign-in with this address.
CREATE TABLE sign_ups (
  url         TEXT    NOT NULL,
  email       TEXT    NOT NULL CHECK (email = lower(email)),
  keeps_texts INTEGER NOT NULL CHECK (keeps_texts IN (0, 1)),
  PRIMARY KEY (url, email)
) STRICT;
