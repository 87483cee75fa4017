-- Lists that an owner gave to the desk. The worker reads each through and says what would
-- happen; then it takes the people, a chunk with its counts in one transaction, so that a crash
-- neither repeats nor loses one. `folder` names where the file lies, in data/imports/.
CREATE TABLE list_imports (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  folder TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('reading', 'read', 'importing', 'done', 'refused')),
  consent TEXT NOT NULL,
  mapping TEXT NOT NULL,
  position INTEGER NOT NULL,
  total INTEGER NOT NULL,
  counts TEXT NOT NULL,
  told TEXT NOT NULL,
  reason TEXT NOT NULL,
  holder TEXT NOT NULL,
  held_until TEXT NOT NULL,
  created_at TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT
) STRICT;
CREATE INDEX list_imports_open ON list_imports (id) WHERE state IN ('reading', 'importing');
