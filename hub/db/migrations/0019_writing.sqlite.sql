-- Versions of a post: each as it was saved, the one of before the first change too.
CREATE TABLE post_revisions (
  id INTEGER PRIMARY KEY,
  post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  at TEXT NOT NULL,
  author TEXT NOT NULL,
  title TEXT NOT NULL,
  -- What is said about the text, as JSON: summary, topics, authors, cover and the like.
  details TEXT NOT NULL,
  markdown TEXT NOT NULL
) STRICT;
CREATE INDEX post_revisions_post ON post_revisions (post_id, id);

-- What somebody types and has not saved, under a key that the page made: several pages may be
-- open. `seen` is when the post was saved that the page shows; without a post it is a new one.
CREATE TABLE working_copies (
  name TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  post_id INTEGER REFERENCES posts (id) ON DELETE CASCADE,
  seen TEXT,
  at TEXT NOT NULL,
  fields TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX working_copies_user ON working_copies (user_id, at);
CREATE INDEX working_copies_post ON working_copies (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX working_copies_age ON working_copies (at);

-- A draft that is published by itself at this time.
ALTER TABLE posts ADD COLUMN publish_at TEXT;
CREATE INDEX posts_scheduled ON posts (publish_at) WHERE publish_at IS NOT NULL;
