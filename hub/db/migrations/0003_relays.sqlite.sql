-- The relays that mail went through, and how each was when a worker last looked.
CREATE TABLE relays (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('untried', 'working', 'away', 'refusing')),
  reason TEXT NOT NULL,
  since TEXT NOT NULL
) STRICT;

-- Which relay took a mail: a number, for a million rows of each edition.
ALTER TABLE deliveries ADD COLUMN relay_id INTEGER;
ALTER TABLE mails ADD COLUMN relay_id INTEGER;

-- How many mails of an edition had ended at a time: the last minute or two of sending.
CREATE TABLE edition_samples (
  edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  at TEXT NOT NULL,
  finished INTEGER NOT NULL,
  PRIMARY KEY (edition_id, at)
) STRICT, WITHOUT ROWID;

-- What keeps the worker from a part of its work (`planning`), until it succeeds again.
CREATE TABLE troubles (
  part TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  since TEXT NOT NULL
) STRICT;
