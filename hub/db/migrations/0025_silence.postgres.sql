-- Silence is counted in days: so the index has few places at a time to write to, and an import of
-- a million people who joined in no order is a third faster.
DROP INDEX subscribers_silent;
CREATE INDEX subscribers_silent ON subscribers (status, substr(acted_at, 1, 10), id) WHERE noticed_at IS NULL;
