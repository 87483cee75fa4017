-- Ways into the list that the owner hands out: a code for each place (LinkedIn, a talk), and links
-- for one person or a few. `code` is the end of the address /invite/<code>; a code that was taken
-- back is never given out again. `most` is how many may come by it, none: as many as like.
CREATE TABLE invitations (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('place', 'personal')),
  name TEXT NOT NULL,
  words TEXT NOT NULL,
  most INTEGER,
  uses INTEGER NOT NULL,
  skips_approval INTEGER NOT NULL,
  expires_at TEXT,
  revoked_at TEXT,
  created_at TEXT NOT NULL
) STRICT;

-- By which invitation somebody asked.
ALTER TABLE confirmations ADD COLUMN invitation_id INTEGER REFERENCES invitations (id) ON DELETE SET NULL;
CREATE INDEX confirmations_invitation ON confirmations (invitation_id) WHERE invitation_id IS NOT NULL;

-- What the owner knows of a person beside the log of consent: notes, what the person answered to
-- the owner's question, what was decided about them, when they answered a letter. `about` is the
-- question, `folded` the text in small letters, for search.
CREATE TABLE person_events (
  id INTEGER PRIMARY KEY,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('note', 'replied', 'answered', 'accepted', 'declined')),
  text TEXT NOT NULL,
  folded TEXT NOT NULL,
  about TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX person_events_subscriber ON person_events (subscriber_id, at, id);
CREATE INDEX person_events_notes ON person_events (subscriber_id, folded)
  WHERE kind IN ('note', 'replied', 'answered');

CREATE TABLE subscriber_tags (
  subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (subscriber_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriber_tags_tag ON subscriber_tags (tag, subscriber_id);

ALTER TABLE segments ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE edition_segments ADD COLUMN tags TEXT NOT NULL DEFAULT '';

-- How many came by a source and are still here is counted by this index alone.
DROP INDEX subscribers_source;
CREATE INDEX subscribers_source ON subscribers (source, status);

-- Who came and who left, by day (UTC) and source, without persons: what is erased stays counted.
-- Rows of growth_moves are written beside what happened, and folded into growth_days every minute;
-- what is true is always the sum of both.
CREATE TABLE growth_moves (
  id INTEGER PRIMARY KEY,
  day TEXT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  people INTEGER NOT NULL
) STRICT;
CREATE TABLE growth_days (
  day TEXT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  people INTEGER NOT NULL,
  PRIMARY KEY (day, kind, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX growth_days_source ON growth_days (source, kind, day, people);

-- Those who are there already.
INSERT INTO growth_days (day, kind, source, people)
SELECT substr(e.at, 1, 10), e.kind, s.source, count(*) FROM consent_events AS e
JOIN subscribers AS s ON s.id = e.subscriber_id GROUP BY substr(e.at, 1, 10), e.kind, s.source;
INSERT INTO growth_days (day, kind, source, people)
SELECT substr(b.at, 1, 10), 'bounced', s.source, count(*) FROM subscribers AS s
JOIN (SELECT subscriber_id, max(at) AS at FROM bounce_events GROUP BY subscriber_id) AS b
ON b.subscriber_id = s.id WHERE s.status = 'bounced' GROUP BY substr(b.at, 1, 10), s.source;

-- How many subscribers a reader service said it has of a feed, the last time it fetched it.
CREATE TABLE feed_readers (
  service TEXT NOT NULL,
  feed TEXT NOT NULL,
  subscribers INTEGER NOT NULL,
  seen_at TEXT NOT NULL,
  PRIMARY KEY (service, feed)
) STRICT, WITHOUT ROWID;

-- Where the links of an edition lead whose presses are counted, and how often they were pressed:
-- a number, and nothing of who did.
CREATE TABLE edition_links (
  edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  url TEXT NOT NULL,
  presses INTEGER NOT NULL,
  PRIMARY KEY (edition_id, number)
) STRICT, WITHOUT ROWID;
