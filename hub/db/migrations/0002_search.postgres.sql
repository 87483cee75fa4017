-- What search knows of a published post: the forms of its words, made by hub/content/stemming.py
-- by its rules of that number. A plain table, copied as any other; the columns that the server
-- makes of it are the index. `head` is small and stands in the row, so ranking by it is quick.
CREATE TABLE post_words (
  post_id bigint PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  rules bigint NOT NULL,
  title text COLLATE "C" NOT NULL,
  lead text COLLATE "C" NOT NULL,
  body text COLLATE "C" NOT NULL,
  head tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', lead), 'B')
  ) STORED,
  found tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', lead), 'B')
    || setweight(to_tsvector('simple', body), 'D')
  ) STORED
);
-- What is still to be sorted in is a short list: every search walks through it.
CREATE INDEX post_words_found ON post_words USING gin (found) WITH (gin_pending_list_limit = 1024);
