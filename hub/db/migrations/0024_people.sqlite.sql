-- How many people have each status, cadence, language and source: counting a million takes too
-- long for a page. What is true is always the sum of both tables; triggers keep it, because
-- there are many ways into the list. Here one writes at a time, and the second stays empty.
CREATE TABLE people_counts (
  status TEXT NOT NULL,
  cadence TEXT NOT NULL,
  language TEXT NOT NULL,
  source TEXT NOT NULL,
  people INTEGER NOT NULL,
  PRIMARY KEY (status, cadence, language, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE people_moves (
  id INTEGER PRIMARY KEY,
  status TEXT NOT NULL,
  cadence TEXT NOT NULL,
  language TEXT NOT NULL,
  source TEXT NOT NULL,
  people INTEGER NOT NULL
) STRICT;
INSERT INTO people_counts (status, cadence, language, source, people)
  SELECT status, cadence, language, source, count(*) FROM subscribers
  GROUP BY status, cadence, language, source;

CREATE TRIGGER subscribers_came AFTER INSERT ON subscribers BEGIN
  INSERT INTO people_counts (status, cadence, language, source, people)
    VALUES (new.status, new.cadence, new.language, new.source, 1)
    ON CONFLICT (status, cadence, language, source)
    DO UPDATE SET people = people_counts.people + 1;
END;
CREATE TRIGGER subscribers_went AFTER DELETE ON subscribers BEGIN
  UPDATE people_counts SET people = people - 1 WHERE status = old.status
    AND cadence = old.cadence AND language = old.language AND source = old.source;
END;
CREATE TRIGGER subscribers_moved AFTER UPDATE OF status, cadence, language, source ON subscribers
WHEN (old.status, old.cadence, old.language, old.source)
  <> (new.status, new.cadence, new.language, new.source) BEGIN
  UPDATE people_counts SET people = people - 1 WHERE status = old.status
    AND cadence = old.cadence AND language = old.language AND source = old.source;
  INSERT INTO people_counts (status, cadence, language, source, people)
    VALUES (new.status, new.cadence, new.language, new.source, 1)
    ON CONFLICT (status, cadence, language, source)
    DO UPDATE SET people = people_counts.people + 1;
END;

-- They are counted above; here those of one source are found, newest first.
DROP INDEX subscribers_source;
CREATE INDEX subscribers_source ON subscribers (source, id);

-- Those who pause are taken from what is counted: by this index alone.
DROP INDEX subscribers_paused;
CREATE INDEX subscribers_paused ON subscribers (cadence, paused_until, language, source, id) WHERE status = 'active' AND paused_until IS NOT NULL;

-- How many readers a segment had when somebody last counted them, where that takes long.
ALTER TABLE segments ADD COLUMN counted INTEGER;
ALTER TABLE segments ADD COLUMN counted_at TEXT;
