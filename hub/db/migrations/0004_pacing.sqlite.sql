-- How many messages left, letters and newsletters together, minute by minute: the windows of
-- an hour and of a day are counted over these.
CREATE TABLE sent_minutes (
  at TEXT PRIMARY KEY,
  number INTEGER NOT NULL
) STRICT;

-- The pace of all mail, and of each domain that has one. Times are seconds since 1970: the
-- slots of a quick bucket lie closer together than the milliseconds that the hub keeps.
CREATE TABLE paces (
  name TEXT PRIMARY KEY,
  next_at REAL NOT NULL DEFAULT 0,
  parked_until REAL NOT NULL DEFAULT 0,
  parked_rate REAL NOT NULL DEFAULT 0,
  refusals INTEGER NOT NULL DEFAULT 0,
  refusals_from REAL NOT NULL DEFAULT 0,
  refused_at REAL NOT NULL DEFAULT 0,
  halved_at REAL NOT NULL DEFAULT 0,
  slow_rate REAL NOT NULL DEFAULT 0,
  full_rate REAL NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX paces_parked ON paces (parked_until);
CREATE INDEX paces_slow ON paces (slow_rate);

-- The ramp-up of a new domain: when it began, and what came of it since it was last judged.
CREATE TABLE ramps (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  began_at TEXT NOT NULL,
  judged_from TEXT NOT NULL,
  sent INTEGER NOT NULL,
  failed INTEGER NOT NULL
) STRICT;

-- Whether a reader was put off until about the turn of their domain: those are looked for apart,
-- so that a turn does not pass behind everybody whose domain has no limit.
ALTER TABLE deliveries ADD COLUMN parked INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_parked ON deliveries (edition_id, due_at, subscriber_id) WHERE parked = 1;
