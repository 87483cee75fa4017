-- Which parts of the site the owner has arranged: menu, footer, home. Others are as they come.
CREATE TABLE hall_places (
  place TEXT PRIMARY KEY,
  since TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What stands in menu and footer. `target` is the slug of a topic, or an address.
CREATE TABLE hall_links (
  id INTEGER PRIMARY KEY,
  place TEXT NOT NULL CHECK (place IN ('menu', 'footer')),
  position INTEGER NOT NULL,
  kind TEXT NOT NULL
    CHECK (kind IN ('page', 'topic', 'archive', 'search', 'feeds', 'newsletter', 'preferences', 'address')),
  post_id INTEGER REFERENCES posts (id) ON DELETE CASCADE,
  target TEXT NOT NULL,
  label TEXT NOT NULL
) STRICT;
CREATE INDEX hall_links_post ON hall_links (post_id) WHERE post_id IS NOT NULL;

-- The sections of the home. `most` is how many articles, `text` Markdown and `html` what it gives.
CREATE TABLE hall_sections (
  id INTEGER PRIMARY KEY,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL
    CHECK (kind IN ('latest', 'chosen', 'topic', 'subscribe', 'text', 'cards')),
  title TEXT NOT NULL,
  topic TEXT NOT NULL,
  most INTEGER NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  hidden INTEGER NOT NULL
) STRICT;

CREATE TABLE hall_chosen (
  section_id INTEGER NOT NULL REFERENCES hall_sections (id) ON DELETE CASCADE,
  post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  PRIMARY KEY (section_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX hall_chosen_post ON hall_chosen (post_id);

CREATE TABLE hall_cards (
  id INTEGER PRIMARY KEY,
  section_id INTEGER NOT NULL REFERENCES hall_sections (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  address TEXT NOT NULL,
  picture TEXT NOT NULL
) STRICT;
CREATE INDEX hall_cards_section ON hall_cards (section_id);

-- Whether a published page stands in the menu.
ALTER TABLE posts ADD COLUMN in_menu INTEGER NOT NULL DEFAULT 1;

-- What a page elsewhere says of itself, for links that stand alone in an article. `due_at` is when
-- it is asked next; empty: not any more. Without `fetched_at` it has never answered.
CREATE TABLE link_cards (
  url TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  site_name TEXT NOT NULL,
  fetched_at TEXT,
  asked_at TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX link_cards_due ON link_cards (due_at) WHERE due_at IS NOT NULL;
