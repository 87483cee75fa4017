-- Articles that say the same in several languages: each names the slug of the first of them (or
-- any word that they share), which names nothing itself.
CREATE TABLE translations (
  post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  original TEXT NOT NULL
) STRICT;
CREATE INDEX translations_original ON translations (original, post_id);

-- The pictures in a post's text, in their order: its HTML need not be read to know them.
CREATE TABLE post_pictures (
  post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (post_id, position)
) STRICT, WITHOUT ROWID;

-- Those of the posts that are there already. What the hub rendered begins with src.
INSERT INTO post_pictures (post_id, position, path)
WITH RECURSIVE found (post_id, position, rest) AS (
  SELECT id, 0, substr(html, instr(html, '<img src="/media/') + 17) FROM posts
  WHERE instr(html, '<img src="/media/') > 0
  UNION ALL
  SELECT post_id, position + 1, substr(rest, instr(rest, '<img src="/media/') + 17) FROM found
  WHERE instr(rest, '<img src="/media/') > 0
)
SELECT post_id, position, substr(rest, 1, instr(rest, '"') - 1) FROM found;
