-- What the owner is told: a row in the transaction of what happened; its mail follows. A period
-- makes two of a kind the same: `12@2026-11-28` is edition 12 on that day.
CREATE TABLE notices (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  period TEXT NOT NULL,
  at TEXT NOT NULL,
  subject_id INTEGER,
  facts TEXT NOT NULL,
  mail TEXT NOT NULL CHECK (mail IN ('none', 'wanted', 'folded', 'queued')),
  mailed_at TEXT,
  digest_id INTEGER,
  read_at TEXT,
  UNIQUE (kind, period)
) STRICT;
CREATE INDEX notices_at ON notices (at, id);
CREATE INDEX notices_unread ON notices (at, id) WHERE read_at IS NULL;
CREATE INDEX notices_waiting ON notices (mail, at, id) WHERE mail IN ('wanted', 'folded');
CREATE INDEX notices_mailed ON notices (mailed_at) WHERE mailed_at IS NOT NULL;
CREATE INDEX notices_digest ON notices (digest_id, id) WHERE digest_id IS NOT NULL;

-- Up to when the owner has been told of new readers: one row, none while they do not want to be.
CREATE TABLE reader_reports (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  until TEXT NOT NULL
) STRICT;

-- Who came and who left in a day or a week. An import of a list adds nothing to these.
CREATE INDEX consent_events_moved ON consent_events (at, id) WHERE kind IN ('confirmed', 'unsubscribed');
CREATE INDEX suppressions_lost ON suppressions (created_at) WHERE reason IN ('bounced', 'complained');
