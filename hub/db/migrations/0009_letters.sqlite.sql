-- Readers that the owner writes to by a name of their own. Empty: whoever; topics are slugs with
-- commas between, and one of them is enough.
CREATE TABLE segments (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  cadence TEXT NOT NULL CHECK (cadence IN ('', 'each', 'weekly', 'monthly')),
  topics TEXT NOT NULL,
  joined_since TEXT,
  language TEXT NOT NULL,
  source TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

-- Letters written by hand. A letter that was made into an edition is not changed any more; undoing
-- the edition makes it a draft again. html is what the site shows, as that of an article.
CREATE TABLE letters (
  id INTEGER PRIMARY KEY,
  subject TEXT NOT NULL,
  preheader TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  language TEXT NOT NULL,
  audience TEXT NOT NULL CHECK (audience IN ('all', 'topics', 'segment')),
  topics TEXT NOT NULL,
  segment_id INTEGER REFERENCES segments (id),
  on_site TEXT NOT NULL CHECK (on_site IN ('auto', 'yes', 'no')),
  status TEXT NOT NULL CHECK (status IN ('draft', 'scheduled', 'made')),
  send_at TEXT,
  problem TEXT NOT NULL,
  edition_id INTEGER UNIQUE REFERENCES editions (id) ON DELETE SET NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  markdown TEXT NOT NULL,
  html TEXT NOT NULL
) STRICT;
CREATE INDEX letters_open ON letters (status, updated_at, id) WHERE status <> 'made';
CREATE INDEX letters_due ON letters (send_at, id) WHERE status = 'scheduled';
CREATE INDEX letters_segment ON letters (segment_id);

-- Whom an edition of the stream `letter` goes to, as it was when the edition was made.
CREATE TABLE edition_segments (
  edition_id INTEGER PRIMARY KEY REFERENCES editions (id) ON DELETE CASCADE,
  cadence TEXT NOT NULL,
  topics TEXT NOT NULL,
  joined_since TEXT,
  language TEXT NOT NULL,
  source TEXT NOT NULL
) STRICT;

-- Until then nothing of it is queued, and it can be undone.
ALTER TABLE editions ADD COLUMN starts_at TEXT;
-- Whether everybody may read it on the site.
ALTER TABLE editions ADD COLUMN on_site INTEGER NOT NULL DEFAULT 1;

-- Articles that somebody keeps out of a stream for now.
CREATE TABLE post_holds (
  stream TEXT NOT NULL,
  post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  held_by TEXT NOT NULL,
  held_at TEXT NOT NULL,
  PRIMARY KEY (stream, post_id)
) STRICT, WITHOUT ROWID;

-- Readers whom the owner left out of an edition after their mail server refused it.
CREATE TABLE edition_left_out (
  edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  subscriber_id INTEGER NOT NULL,
  left_out_at TEXT NOT NULL,
  PRIMARY KEY (edition_id, subscriber_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_deferred ON deliveries (edition_id, subscriber_id) WHERE state = 'deferred';
CREATE INDEX subscribers_source ON subscribers (source);

-- Where a worker's mail goes: the names of its relays, or `outbox`.
ALTER TABLE workers ADD COLUMN way TEXT NOT NULL DEFAULT '';
