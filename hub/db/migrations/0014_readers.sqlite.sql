-- What readers agreed to, word for word, and since when it was shown. A text outlives its readers.
CREATE TABLE consent_texts (
  version TEXT NOT NULL,
  language TEXT NOT NULL,
  text TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (version, language)
) STRICT, WITHOUT ROWID;
INSERT INTO consent_texts (version, language, text, since)
  SELECT text_version, language, min(text), min(at) FROM consent_events
  WHERE kind = 'requested' AND text_version <> '' GROUP BY text_version, language;

-- How many agreed to each, and when.
CREATE INDEX consent_events_version ON consent_events (text_version, language, at) WHERE kind = 'confirmed';

-- What readers asked for on their own pages: a link by mail, another address. The link carries
-- the id, signed; an id is never used again. email is empty but for a change of address.
CREATE TABLE reader_requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('page', 'data', 'erase', 'address')),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  form_url TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT
) STRICT;
CREATE INDEX reader_requests_subscriber ON reader_requests (subscriber_id, kind, id);
CREATE INDEX reader_requests_address ON reader_requests (email_key, created_at) WHERE kind = 'address';
CREATE INDEX reader_requests_age ON reader_requests (created_at);

-- Why readers left, if they said so: the month and the words, and nobody's name.
CREATE TABLE departures (
  id INTEGER PRIMARY KEY,
  month TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('much', 'little', 'topics', 'never', 'other', 'unsaid')),
  words TEXT NOT NULL
) STRICT;
CREATE INDEX departures_month ON departures (month, reason);
CREATE INDEX departures_words ON departures (id) WHERE words <> '';
