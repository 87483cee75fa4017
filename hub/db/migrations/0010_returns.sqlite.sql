-- What came back of mail to a reader, and what the owner answered (`lifted`): the evidence of a
-- change of status. event_id folds repeats: one report is counted once, by whichever way it came.
CREATE TABLE bounce_events (
  id INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL UNIQUE,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  edition_id INTEGER REFERENCES editions (id) ON DELETE SET NULL,
  kind TEXT NOT NULL CHECK (kind IN ('hard', 'soft', 'sender', 'message', 'complaint', 'lifted')),
  code TEXT NOT NULL,
  text TEXT NOT NULL,
  source TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX bounce_events_subscriber ON bounce_events (subscriber_id, id);
CREATE INDEX bounce_events_edition ON bounce_events (edition_id, kind, subscriber_id);

-- Mailboxes that are read for what comes back: how far, and when a worker looks next.
CREATE TABLE mailboxes (
  name TEXT PRIMARY KEY,
  uid_validity INTEGER NOT NULL,
  last_uid INTEGER NOT NULL,
  replies INTEGER NOT NULL,
  due_at TEXT NOT NULL
) STRICT;

-- Tokens of signed requests that count once, until they would be too old to count anyway.
CREATE TABLE spent_tokens (
  name TEXT PRIMARY KEY,
  expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX spent_tokens_expiry ON spent_tokens (expires_at);
