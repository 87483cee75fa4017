-- Who changed what, append-only, for a year. `who` is `user 7`, `command` or `hub`, `name` what a
-- user was called then: a user who is removed stays named. Readers stand in it by their number.
CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  name TEXT NOT NULL,
  area TEXT NOT NULL,
  deed TEXT NOT NULL,
  subject TEXT NOT NULL,
  number INTEGER,
  was TEXT NOT NULL,
  became TEXT NOT NULL
) STRICT;
CREATE INDEX journal_area ON journal (area, id);
CREATE INDEX journal_who ON journal (who, id);
CREATE INDEX journal_who_area ON journal (who, area, id);
CREATE INDEX journal_age ON journal (at);

-- With what somebody logged in, as `Firefox, Linux`, so that they know their sessions apart.
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';

-- What proves that a provider's webhook is the provider's: a hash where the hub made it, else what
-- the provider needs us to have.
CREATE TABLE webhook_keys (
  provider TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  made_at TEXT NOT NULL,
  made_by TEXT NOT NULL,
  used_at TEXT
) STRICT, WITHOUT ROWID;

-- What the doctor found when it was asked last, as JSON.
CREATE TABLE examinations (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  at TEXT NOT NULL,
  findings TEXT NOT NULL
) STRICT;

-- Backups that the desk asked for and those of every day: the worker writes the files.
CREATE TABLE backups (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('asked', 'daily')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
  asked_at TEXT NOT NULL,
  tries INTEGER NOT NULL,
  finished_at TEXT,
  name TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX backups_waiting ON backups (state) WHERE state = 'waiting';
CREATE INDEX backups_kind ON backups (kind, asked_at);
CREATE INDEX backups_age ON backups (asked_at);
