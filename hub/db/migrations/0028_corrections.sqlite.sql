-- The owner sets right what is written down of a person: a line more in what happened.
CREATE TABLE person_events_again (
  id INTEGER PRIMARY KEY,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('note', 'replied', 'answered', 'accepted', 'declined', 'corrected')),
  text TEXT NOT NULL,
  folded TEXT NOT NULL,
  about TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
INSERT INTO person_events_again SELECT id, subscriber_id, kind, text, folded, about, by_whom, at FROM person_events;
DROP TABLE person_events;
ALTER TABLE person_events_again RENAME TO person_events;
CREATE INDEX person_events_subscriber ON person_events (subscriber_id, at, id);
CREATE INDEX person_events_notes ON person_events (subscriber_id, folded)
  WHERE kind IN ('note', 'replied', 'answered');
