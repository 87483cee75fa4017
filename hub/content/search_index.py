"""The index of search: FTS5 on SQLite, tsvector on PostgreSQL, over the same words.

Both follow the plain table `post_words` by themselves, in the transaction that changes it.
Posts whose title holds all the words come first, then those with them in title, topics,
authors or excerpt; within each, the engine ranks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.content.stemming import Wanted
from hub.db import Transaction

# So many are ranked with care; beyond, nobody reads on.
MOST_RANKED = 200


@dataclass(frozen=True, slots=True)
class Words:
    """What is kept of a post, stemmed: `lead` is what it is about and by whom."""

    title: str
    lead: str
    body: str


def put(tx: Transaction, post_id: int, words: Words, *, rules: int) -> None:
    """These are the words of a post now. `rules`: those of stemming that made them."""
    tx.execute(
        "INSERT INTO post_words (post_id, rules, title, lead, body)"
        " VALUES (:post_id, :rules, :title, :lead, :body) ON CONFLICT (post_id) DO UPDATE"
        " SET rules = excluded.rules, title = excluded.title, lead = excluded.lead,"
        " body = excluded.body",
        post_id=post_id,
        rules=rules,
        title=words.title,
        lead=words.lead,
        body=words.body,
    )


def drop(tx: Transaction, post_id: int) -> None:
    """A post is not found any more."""
    tx.execute("DELETE FROM post_words WHERE post_id = :post_id", post_id=post_id)


def unread(tx: Transaction, *, rules: int, after: int, limit: int) -> list[int]:
    """The next published posts behind the id `after` that have no words by these rules."""
    return tx.all(
        int,
        "SELECT p.id FROM posts p LEFT JOIN post_words w ON w.post_id = p.id"
        " WHERE p.status = 'published' AND p.id > :after AND coalesce(w.rules, 0) <> :rules"
        " ORDER BY p.id LIMIT :limit",
        rules=rules,
        after=after,
        limit=limit,
    )


def count(tx: Transaction, wanted: Sequence[Wanted]) -> int:
    """How many posts hold all the words."""
    if tx.engine == "sqlite":
        sql = "SELECT count(*) FROM post_search WHERE post_search MATCH :all"
        return int(tx.scalar(sql, all=_match(wanted)))
    _through_the_index(tx)
    sql = "SELECT count(*) FROM post_words WHERE found @@ (SELECT to_tsquery('simple', :all))"
    return int(tx.scalar(sql, all=_tsquery(wanted)))


def best(tx: Transaction, wanted: Sequence[Wanted], *, limit: int, offset: int = 0) -> list[int]:
    """The ids of published posts that hold all the words, of the best MOST_RANKED."""
    if tx.engine == "sqlite":
        every = _match(wanted)
        return tx.all(
            int,
            _BEST_SQLITE,
            all=every,
            titled=f"title : ({every})",
            led=f"{{title lead}} : ({every})",
            most=MOST_RANKED,
            limit=limit,
            offset=offset,
        )
    _through_the_index(tx)
    return tx.all(
        int,
        _BEST_POSTGRES,
        all=_tsquery(wanted),
        titled=_tsquery(wanted, "A"),
        most=MOST_RANKED,
        limit=limit,
        offset=offset,
    )


# Title, then lead, then body, in the weights of both.
_BEST_SQLITE = """
  SELECT p.id FROM (
    SELECT rowid AS id,
      CASE WHEN rowid IN (SELECT rowid FROM post_search WHERE post_search MATCH :titled) THEN 0
        WHEN rowid IN (SELECT rowid FROM post_search WHERE post_search MATCH :led) THEN 1
        ELSE 2 END AS tier,
      bm25(post_search, 10.0, 4.0, 1.0) AS badness
    FROM post_search WHERE post_search MATCH :all ORDER BY tier, badness LIMIT :most
  ) s JOIN posts p ON p.id = s.id
  WHERE p.status = 'published'
  ORDER BY s.tier, s.badness, p.published_at DESC, p.id DESC LIMIT :limit OFFSET :offset
"""
# Of what is found too often the newest are ranked: looking into every long text takes too long.
# A query in a SELECT of its own is made once, not for every row.
_BEST_POSTGRES = """
  WITH nearest AS MATERIALIZED (
    SELECT p.id, p.published_at,
      CASE WHEN w.head @@ (SELECT to_tsquery('simple', :titled)) THEN 0
        WHEN w.head @@ (SELECT to_tsquery('simple', :all)) THEN 1
        ELSE 2 END AS tier
    FROM post_words w JOIN posts p ON p.id = w.post_id
    WHERE w.found @@ (SELECT to_tsquery('simple', :all)) AND p.status = 'published'
    ORDER BY tier, p.published_at DESC, p.id DESC LIMIT :most
  )
  SELECT n.id FROM nearest n JOIN post_words w ON w.post_id = n.id
  ORDER BY n.tier,
    ts_rank('{0.1, 0.1, 0.4, 1.0}', w.found, (SELECT to_tsquery('simple', :all)), 1) DESC,
    n.published_at DESC, n.id DESC LIMIT :limit OFFSET :offset
"""


def _match(wanted: Sequence[Wanted]) -> str:
    """A query of FTS5. Words hold letters, marks and digits alone, so quotes keep them whole."""
    return " AND ".join(
        "("
        + " OR ".join(
            [f'"{form}"' for form in word.forms] + ([f'"{b}" *'] if (b := word.beginning) else [])
        )
        + ")"
        for word in wanted
    )


def _tsquery(wanted: Sequence[Wanted], label: str = "") -> str:
    """A query of PostgreSQL; `label` is the weight that a word must have."""
    weighed = f":{label}" if label else ""
    return " & ".join(
        "("
        + " | ".join(
            [f"'{form}'{weighed}" for form in word.forms]
            + ([f"'{b}':*{label}"] if (b := word.beginning) else [])
        )
        + ")"
        for word in wanted
    )


def _through_the_index(tx: Transaction) -> None:
    """For the rest of the transaction. The server thinks reading every text through is cheap."""
    tx.execute("SELECT set_config('enable_seqscan', 'off', true)")
