-- The hub itself: one row. site_version grows with every change that readers may see.
CREATE TABLE hub (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  uid TEXT NOT NULL,
  site_version INTEGER NOT NULL
) STRICT;
INSERT INTO hub (id, uid, site_version) VALUES (1, lower(hex(randomblob(16))), 1);

-- What the owner decided; every value as text, read and checked by hub/site/options.py.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- Keys that belong to the data rather than to the machine (the one of the suppression list).
CREATE TABLE secrets (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;

CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'editor')),
  password_hash TEXT,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Links that work once: set-up, a new password.
CREATE TABLE one_time_links (
  token_hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  subject_id INTEGER,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT
) STRICT;

-- Token buckets, shared by every process: log-ins, sign-ups.
CREATE TABLE limits (
  name TEXT PRIMARY KEY,
  tokens REAL NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX limits_age ON limits (updated_at);

-- Posts: articles, and pages that stand alone. A deleted one stays as an empty row, so
-- that its address answers 410 and a second import does not bring it back.
CREATE TABLE posts (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('post', 'page')),
  slug TEXT NOT NULL,
  title TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  reading_minutes INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('draft', 'published', 'deleted')),
  newsletter TEXT NOT NULL CHECK (newsletter IN ('none', 'digest', 'digest+each')),
  language TEXT NOT NULL,
  canonical_url TEXT NOT NULL,
  cover TEXT NOT NULL,
  cover_alt TEXT NOT NULL,
  source TEXT UNIQUE,
  source_hash TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  published_at TEXT,
  -- The long texts come last: SQLite reads past everything in front of a column.
  markdown TEXT NOT NULL,
  html TEXT NOT NULL,
  plain_text TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX posts_slug ON posts (kind, slug) WHERE status <> 'deleted';
CREATE INDEX posts_gone ON posts (kind, slug) WHERE status = 'deleted';
CREATE INDEX posts_listed ON posts (kind, published_at, id) WHERE status = 'published';
CREATE INDEX posts_newsletter ON posts (published_at, id) WHERE status = 'published' AND newsletter <> 'none';

CREATE TABLE authors (
  id INTEGER PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE post_authors (
  post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  author_id INTEGER NOT NULL REFERENCES authors (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  PRIMARY KEY (post_id, author_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_authors_author ON post_authors (author_id, post_id);

CREATE TABLE topics (
  slug TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;

CREATE TABLE post_topics (
  post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  topic TEXT NOT NULL REFERENCES topics (slug) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  PRIMARY KEY (post_id, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_topics_topic ON post_topics (topic, post_id);

-- Old addresses. A path has no slash at its ends; it leads to a post wherever that lives now.
CREATE TABLE redirects (
  path TEXT PRIMARY KEY,
  post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX redirects_post ON redirects (post_id);

-- Files under data/media/. path is what follows /media/.
CREATE TABLE media (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  sha256 TEXT NOT NULL UNIQUE,
  content_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  width INTEGER,
  height INTEGER,
  created_at TEXT NOT NULL
) STRICT;

-- AUTOINCREMENT: signed links carry the id, and that of an erased person must never come
-- to mean somebody else.
CREATE TABLE subscribers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'waiting', 'active', 'unsubscribed', 'bounced', 'complained')),
  cadence TEXT NOT NULL CHECK (cadence IN ('each', 'weekly', 'monthly')),
  paused_until TEXT,
  language TEXT NOT NULL,
  source TEXT NOT NULL,
  created_at TEXT NOT NULL,
  confirmed_at TEXT,
  unsubscribed_at TEXT
) STRICT;
CREATE INDEX subscribers_cadence ON subscribers (cadence, id) WHERE status = 'active';
CREATE INDEX subscribers_status ON subscribers (status, id);

CREATE TABLE subscriber_topics (
  subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  topic TEXT NOT NULL,
  PRIMARY KEY (subscriber_id, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriber_topics_topic ON subscriber_topics (topic, subscriber_id);

-- The consent log: lines are added, never changed. Erasing a person takes theirs along.
CREATE TABLE consent_events (
  id INTEGER PRIMARY KEY,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('requested', 'confirmed', 'imported', 'added', 'unsubscribed')),
  at TEXT NOT NULL,
  text TEXT NOT NULL,
  text_version TEXT NOT NULL,
  language TEXT NOT NULL,
  form_url TEXT NOT NULL,
  source TEXT NOT NULL
) STRICT;
CREATE INDEX consent_events_subscriber ON consent_events (subscriber_id, id);

-- Who asked to be confirmed. The link carries the id, signed; nothing here opens it, and an
-- id is never used again.
CREATE TABLE confirmations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT
) STRICT;
CREATE INDEX confirmations_subscriber ON confirmations (subscriber_id, created_at);

-- Keyed hashes of addresses that must never get mail again.
CREATE TABLE suppressions (
  email_hash TEXT PRIMARY KEY,
  reason TEXT NOT NULL CHECK (reason IN ('bounced', 'complained', 'erased', 'owner')),
  created_at TEXT NOT NULL
) STRICT;

-- Mail that follows a commit (confirmations, passwords): queued with it, sent by the worker.
CREATE TABLE mails (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  language TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'claimed', 'accepted', 'deferred', 'failed', 'unknown')),
  due_at TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  worker_id INTEGER,
  reply TEXT NOT NULL,
  created_at TEXT NOT NULL,
  finished_at TEXT
) STRICT;
CREATE INDEX mails_due ON mails (due_at, id) WHERE state IN ('queued', 'deferred');
CREATE INDEX mails_recipient ON mails (kind, subject_id, created_at);

CREATE TABLE editions (
  id INTEGER PRIMARY KEY,
  stream TEXT NOT NULL CHECK (stream IN ('weekly', 'monthly', 'each', 'letter')),
  period TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('planned', 'sending', 'paused', 'sent', 'skipped', 'cancelled')),
  subject TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at TEXT NOT NULL,
  finished_at TEXT,
  queued_up_to INTEGER NOT NULL,
  UNIQUE (stream, period)
) STRICT;
CREATE INDEX editions_open ON editions (status, id) WHERE status IN ('planned', 'sending', 'paused');

-- How many deliveries of an edition are in which state; counting a million takes too long.
CREATE TABLE edition_counts (
  edition_id INTEGER PRIMARY KEY REFERENCES editions (id) ON DELETE CASCADE,
  queued INTEGER NOT NULL DEFAULT 0,
  claimed INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL DEFAULT 0,
  deferred INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  unknown INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The ledger: which post went out in which edition; each stream takes a post once.
CREATE TABLE edition_posts (
  edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  stream TEXT NOT NULL,
  post_id INTEGER NOT NULL REFERENCES posts (id),
  position INTEGER NOT NULL,
  PRIMARY KEY (edition_id, post_id),
  UNIQUE (stream, post_id)
) STRICT, WITHOUT ROWID;

-- The mail of an edition in one language, rendered once, with slots for what is personal.
CREATE TABLE edition_mails (
  edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  language TEXT NOT NULL,
  template BLOB NOT NULL,
  PRIMARY KEY (edition_id, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  subscriber_id INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'claimed', 'accepted', 'deferred', 'failed', 'unknown')),
  due_at TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  worker_id INTEGER,
  code INTEGER,
  reply TEXT NOT NULL,
  finished_at TEXT,
  PRIMARY KEY (edition_id, subscriber_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (edition_id, due_at, subscriber_id) WHERE state IN ('queued', 'deferred');
CREATE INDEX deliveries_claimed ON deliveries (worker_id, edition_id, subscriber_id) WHERE state = 'claimed';
CREATE INDEX deliveries_subscriber ON deliveries (subscriber_id, edition_id);

-- Each worker's heartbeat; the claims of one that has gone silent are queued again.
CREATE TABLE workers (
  id INTEGER PRIMARY KEY,
  started_at TEXT NOT NULL,
  seen_at TEXT NOT NULL
) STRICT;
