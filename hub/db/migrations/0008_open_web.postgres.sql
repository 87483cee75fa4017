-- An old address leads to a post, wherever that lives now, or to an address (`target`) as it is
-- written: a path of this site or a whole URL. With both, the post counts.
ALTER TABLE redirects ALTER COLUMN post_id DROP NOT NULL;
ALTER TABLE redirects ADD COLUMN target text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE redirects ADD CHECK (post_id IS NOT NULL OR target <> '');

-- Addresses that were asked for and that nothing lives at: how often, since when, and the host of
-- the last page that led there. Of who asked, nothing. The path '' stands for all that programs
-- ask for which look for weak spots.
CREATE TABLE missed (
  path text COLLATE "C" PRIMARY KEY,
  times bigint NOT NULL,
  first_at text COLLATE "C" NOT NULL,
  last_at text COLLATE "C" NOT NULL,
  referrer text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL CHECK (status IN ('shown', 'hidden'))
);
CREATE INDEX missed_often ON missed (status, times, last_at, path);

-- The sound of an article: /media/… or nothing.
ALTER TABLE posts ADD COLUMN audio text COLLATE "C" NOT NULL DEFAULT '';
-- What has no width is no picture.
CREATE INDEX media_sounds ON media (id) WHERE width IS NULL;

-- Feeds that changed and of which the WebSub hub has not heard yet, by the path of their page; one
-- that changes again meanwhile gets the next revision.
CREATE TABLE changed_feeds (
  path text COLLATE "C" PRIMARY KEY,
  revision bigint NOT NULL,
  since text COLLATE "C" NOT NULL,
  due_at text COLLATE "C" NOT NULL,
  attempts bigint NOT NULL
);
