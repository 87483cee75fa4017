-- An import can be stopped: it stays where it is until its owner lets it go on or leaves it.
ALTER TABLE list_imports DROP CONSTRAINT list_imports_state_check;
ALTER TABLE list_imports ADD CHECK (state IN ('reading', 'read', 'importing', 'stopped', 'done', 'refused'));
