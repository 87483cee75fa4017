-- The owner sets right what is written down of a person: a line more in what happened.
ALTER TABLE person_events DROP CONSTRAINT person_events_kind_check;
ALTER TABLE person_events ADD CHECK (kind IN ('note', 'replied', 'answered', 'accepted', 'declined', 'corrected'));
