-- What search engines and shared links say of an article; empty: its summary.
ALTER TABLE posts ADD COLUMN description text COLLATE "C" NOT NULL DEFAULT '';
-- How often the link to a draft was withdrawn: each is good until the next.
ALTER TABLE posts ADD COLUMN links_withdrawn bigint NOT NULL DEFAULT 0;
