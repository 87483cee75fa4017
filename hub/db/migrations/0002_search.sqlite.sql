-- What search knows of a published post: the forms of its words, made by hub/content/stemming.py
-- by its rules of that number. A plain table, copied as any other; the index below follows it.
CREATE TABLE post_words (
  post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  rules INTEGER NOT NULL,
  title TEXT NOT NULL,
  lead TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE post_search USING fts5 (
  title, lead, body,
  content = 'post_words', content_rowid = 'post_id', prefix = '3',
  tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
);
CREATE TRIGGER post_words_added AFTER INSERT ON post_words BEGIN
  INSERT INTO post_search (rowid, title, lead, body)
    VALUES (new.post_id, new.title, new.lead, new.body);
END;
CREATE TRIGGER post_words_removed AFTER DELETE ON post_words BEGIN
  INSERT INTO post_search (post_search, rowid, title, lead, body)
    VALUES ('delete', old.post_id, old.title, old.lead, old.body);
END;
CREATE TRIGGER post_words_changed AFTER UPDATE OF title, lead, body ON post_words BEGIN
  INSERT INTO post_search (post_search, rowid, title, lead, body)
    VALUES ('delete', old.post_id, old.title, old.lead, old.body);
  INSERT INTO post_search (rowid, title, lead, body)
    VALUES (new.post_id, new.title, new.lead, new.body);
END;
