-- What was typed in the steps of setting up, and does not count yet. Never a password.
CREATE TABLE setup_answers (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The steps that the owner goes through after that, as far as they were.
CREATE TABLE first_steps (
  name TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('done', 'skipped')),
  at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The mail server that was named at the desk. Its password is sealed with the hub's secret key.
CREATE TABLE chosen_relay (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  tls TEXT NOT NULL CHECK (tls IN ('required', 'implicit', 'no')),
  username TEXT NOT NULL,
  password BLOB NOT NULL,
  at TEXT NOT NULL
) STRICT;
