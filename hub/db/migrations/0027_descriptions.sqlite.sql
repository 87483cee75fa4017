-- What search engines and shared links say of an article; empty: its summary.
ALTER TABLE posts ADD COLUMN description TEXT NOT NULL DEFAULT '';
-- How often the link to a draft was withdrawn: each is good until the next.
ALTER TABLE posts ADD COLUMN links_withdrawn INTEGER NOT NULL DEFAULT 0;
