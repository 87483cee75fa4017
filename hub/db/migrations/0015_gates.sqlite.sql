-- Sign-ups that wait for the owner, as they were sent; each is forgotten after two weeks.
CREATE TABLE held_sign_ups (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  cadence TEXT NOT NULL CHECK (cadence IN ('each', 'weekly', 'monthly')),
  topics TEXT NOT NULL,
  language TEXT NOT NULL,
  consent_text TEXT NOT NULL,
  consent_version TEXT NOT NULL,
  consent_language TEXT NOT NULL,
  form_url TEXT NOT NULL,
  -- The code of the invitation by which they came; empty without one.
  invitation TEXT NOT NULL,
  reasons TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX held_sign_ups_age ON held_sign_ups (created_at);

-- Times in which every new sign-up was held, because hardly anybody confirmed.
CREATE TABLE brakes (
  id INTEGER PRIMARY KEY,
  began_at TEXT NOT NULL,
  until TEXT NOT NULL,
  ended_at TEXT,
  asked INTEGER NOT NULL,
  confirmed INTEGER NOT NULL
) STRICT;

-- Challenges whose solution was sent back: each counts once.
CREATE TABLE spent_challenges (
  nonce TEXT PRIMARY KEY,
  expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX spent_challenges_expiry ON spent_challenges (expires_at);

-- The newest mails that asked for a confirmation and were accepted.
CREATE INDEX mails_asked ON mails (kind, finished_at, subject_id) WHERE kind = 'confirmation' AND state = 'accepted';
