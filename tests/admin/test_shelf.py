"""The lists of the desk walk over drafts and published ones without a gap."""

from datetime import timedelta

from hub.content import shelf, store
from hub.db import Database
from tests.conftest import NOW


def test_pages_of_everything_hold_each_post_once(db: Database) -> None:
    with db.write() as tx:
        for n in range(7):
            published = n % 2 == 0
            store.insert(
                tx,
                store.PostRow(
                    uid=str(n),
                    slug=str(n),
                    status="published" if published else "draft",
                    created_at=NOW,
                    updated_at=NOW + timedelta(hours=n),
                    published_at=NOW + timedelta(hours=n) if published else None,
                ),
            )
        drafts = shelf.counts(tx, "post").drafts
        pages = [
            shelf.everything(tx, "post", drafts_first=drafts, limit=2, offset=offset)
            for offset in (0, 2, 4, 6, 8)
        ]
    assert [[post.slug for post in page] for page in pages] == [
        ["5", "3"],
        ["1", "6"],
        ["4", "2"],
        ["0"],
        [],
    ]
