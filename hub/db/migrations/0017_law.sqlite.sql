-- When somebody last did something of their own, for as long as the hub has known them; who has
-- been silent for too long is noticed, then asked, then erased. NULL in acted_at is never counted.
ALTER TABLE subscribers ADD COLUMN acted_at TEXT;
ALTER TABLE subscribers ADD COLUMN noticed_at TEXT;
ALTER TABLE subscribers ADD COLUMN asked_at TEXT;
UPDATE subscribers SET acted_at = CASE WHEN unsubscribed_at > coalesce(confirmed_at, created_at) THEN unsubscribed_at ELSE coalesce(confirmed_at, created_at) END;
CREATE INDEX subscribers_silent ON subscribers (status, acted_at, id) WHERE noticed_at IS NULL;
CREATE INDEX subscribers_noticed ON subscribers (noticed_at, id) WHERE noticed_at IS NOT NULL AND asked_at IS NULL;
CREATE INDEX subscribers_asked ON subscribers (asked_at, id) WHERE asked_at IS NOT NULL;

-- How many were noticed, asked, stayed and erased, by day of the owner. Nobody is named.
CREATE TABLE retention_days (
  day TEXT PRIMARY KEY,
  noticed INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  stayed INTEGER NOT NULL,
  erased INTEGER NOT NULL
) STRICT;

-- Whoever is erased takes along the mails that name the address.
CREATE INDEX mails_to ON mails (recipient);

-- What legal notice, privacy and trust page say, as it was written down last, and what it may
-- become: a change counts when it has stood for a while. Both as JSON.
CREATE TABLE law_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  facts TEXT NOT NULL,
  began_at TEXT NOT NULL,
  coming TEXT,
  coming_since TEXT
) STRICT;

-- The public log of these pages: what was said before and after, as JSON.
CREATE TABLE law_changes (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  changes TEXT NOT NULL,
  letter_id INTEGER REFERENCES letters (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX law_changes_letter ON law_changes (letter_id);
