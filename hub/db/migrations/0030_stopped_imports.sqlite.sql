-- An import can be stopped: it stays where it is until its owner lets it go on or leaves it.
CREATE TABLE list_imports_again (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  folder TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('reading', 'read', 'importing', 'stopped', 'done', 'refused')),
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
INSERT INTO list_imports_again SELECT id, name, folder, state, consent, mapping, position, total, counts, told, reason, holder, held_until, created_at, started_at, finished_at FROM list_imports;
DROP TABLE list_imports;
ALTER TABLE list_imports_again RENAME TO list_imports;
CREATE INDEX list_imports_open ON list_imports (id) WHERE state IN ('reading', 'importing');
