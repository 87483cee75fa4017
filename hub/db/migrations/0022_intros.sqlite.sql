-- What the owner writes for the next edition of a stream, before there is one.
CREATE TABLE next_intros (
  stream TEXT PRIMARY KEY,
  subject TEXT NOT NULL,
  language TEXT NOT NULL,
  markdown TEXT NOT NULL,
  html TEXT NOT NULL,
  written_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The same once an edition was made of it: it belongs to that one, and to no other.
CREATE TABLE edition_intros (
  edition_id INTEGER PRIMARY KEY REFERENCES editions (id) ON DELETE CASCADE,
  subject TEXT NOT NULL,
  language TEXT NOT NULL,
  markdown TEXT NOT NULL,
  html TEXT NOT NULL
) STRICT;

-- Where the owner wants an article in the next edition; the others follow, newest first.
CREATE TABLE post_places (
  stream TEXT NOT NULL,
  post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  PRIMARY KEY (stream, post_id)
) STRICT, WITHOUT ROWID;

-- Who left by the link of a mail, for the figures of that edition.
CREATE INDEX consent_events_left ON consent_events (at, subscriber_id) WHERE kind = 'unsubscribed' AND source = 'link';

-- What came back, by day and kind, without persons: counted beside how the list grows.
INSERT INTO growth_days (day, kind, source, people)
SELECT substr(at, 1, 10), 'returned ' || kind, '', count(*) FROM bounce_events WHERE kind <> 'lifted' GROUP BY substr(at, 1, 10), kind;
