-- Articles that say the same in several languages: each names the slug of the first of them (or
-- any word that they share), which names nothing itself.
CREATE TABLE translations (
  post_id bigint PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  original text COLLATE "C" NOT NULL
);
CREATE INDEX translations_original ON translations (original, post_id);

-- The pictures in a post's text, in their order: its HTML need not be read to know them.
CREATE TABLE post_pictures (
  post_id bigint NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  position bigint NOT NULL,
  path text COLLATE "C" NOT NULL,
  PRIMARY KEY (post_id, position)
);

-- Those of the posts that are there already. What the hub rendered begins with src.
INSERT INTO post_pictures (post_id, position, path)
SELECT p.id, found.position - 1, found.parts[1]
FROM posts p
CROSS JOIN LATERAL regexp_matches(p.html, '<img src="/media/([^"]*)"', 'g')
  WITH ORDINALITY AS found (parts, position);
