-- An old address leads to a post, wherever that lives now, or to an address (`target`) as it is
-- written: a path of this site or a whole URL. With both, the post counts.
CREATE TABLE redirects_again (
  path TEXT PRIMARY KEY,
  post_id INTEGER REFERENCES posts (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  target TEXT NOT NULL DEFAULT '',
  CHECK (post_id IS NOT NULL OR target <> '')
) STRICT;
INSERT INTO redirects_again (path, post_id, created_at) SELECT path, post_id, created_at FROM redirects;
DROP TABLE redirects;
ALTER TABLE redirects_again RENAME TO redirects;
CREATE INDEX redirects_post ON redirects (post_id);

-- Addresses that were asked for and that nothing lives at: how often, since when, and the host of
-- the last page that led there. Of who asked, nothing. The path '' stands for all that programs
-- ask for which look for weak spots.
CREATE TABLE missed (
  path TEXT PRIMARY KEY,
  times INTEGER NOT NULL,
  first_at TEXT NOT NULL,
  last_at TEXT NOT NULL,
  referrer TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('shown', 'hidden'))
) STRICT;
CREATE INDEX missed_often ON missed (status, times, last_at, path);

-- The sound of an article: /media/… or nothing.
ALTER TABLE posts ADD COLUMN audio TEXT NOT NULL DEFAULT '';
-- What has no width is no picture.
CREATE INDEX media_sounds ON media (id) WHERE width IS NULL;

-- Feeds that changed and of which the WebSub hub has not heard yet, by the path of their page; one
-- that changes again meanwhile gets the next revision.
CREATE TABLE changed_feeds (
  path TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  since TEXT NOT NULL,
  due_at TEXT NOT NULL,
  attempts INTEGER NOT NULL
) STRICT;
