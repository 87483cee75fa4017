-- Where a table that grows was gone through row by row.
CREATE INDEX posts_drafts ON posts (kind, updated_at, id) WHERE status = 'draft';
DROP INDEX posts_newsletter;
CREATE INDEX posts_meant ON posts (newsletter, published_at, id) WHERE status = 'published' AND newsletter <> 'none';

CREATE INDEX one_time_links_subject ON one_time_links (purpose, subject_id);
CREATE INDEX one_time_links_expiry ON one_time_links (expires_at);

-- Readers are counted by subscribers_cadence alone, and these few taken away.
CREATE INDEX subscribers_paused ON subscribers (cadence, paused_until) WHERE status = 'active' AND paused_until IS NOT NULL;

CREATE INDEX mails_claimed ON mails (worker_id) WHERE state = 'claimed';
CREATE INDEX mails_finished ON mails (finished_at) WHERE finished_at IS NOT NULL;

CREATE INDEX editions_cancelled ON editions (id) WHERE status = 'cancelled';
CREATE INDEX deliveries_undelivered ON deliveries (edition_id, state, subscriber_id) WHERE state IN ('failed', 'unknown');
