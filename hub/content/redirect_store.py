"""SQL of the redirects as their owner sees them at the desk."""

from dataclasses import dataclass
from datetime import datetime

from hub.content.model import path_of
from hub.db import Transaction

_AT_THE_END = "\U0010ffff"
_COLUMNS = (
    "SELECT r.path, r.post_id, r.target, r.created_at, coalesce(p.kind, '') AS kind,"
    " coalesce(p.slug, '') AS slug, coalesce(p.title, '') AS title,"
    " coalesce(p.status, '') AS status"
    " FROM redirects r LEFT JOIN posts p ON p.id = r.post_id"
)


@dataclass(frozen=True, slots=True)
class Redirect:
    """An old address, and the post or the address that it leads to; `status` is the post's."""

    path: str
    post_id: int | None
    target: str
    created_at: datetime
    kind: str
    slug: str
    title: str
    status: str

    @property
    def leads_to(self) -> str:
        """The address that readers come to."""
        return path_of(self.kind, self.slug) if self.post_id else self.target


def get(tx: Transaction, path: str) -> Redirect | None:
    return tx.one(Redirect, f"{_COLUMNS} WHERE r.path = :path", path=path)


def listed(tx: Transaction, *, beginning: str = "", after: str = "", limit: int) -> list[Redirect]:
    """Redirects by their path: those that begin so, behind the path `after`."""
    return tx.all(
        Redirect,
        f"{_COLUMNS} WHERE r.path >= :beginning AND r.path < :end AND r.path > :after"
        " ORDER BY r.path LIMIT :limit",
        beginning=beginning,
        end=beginning + _AT_THE_END,
        after=after,
        limit=limit,
    )


def put_address(tx: Transaction, path: str, target: str, now: datetime) -> None:
    """An old address leads to this one from now on, whatever it did before."""
    tx.execute(
        "INSERT INTO redirects (path, post_id, target, created_at)"
        " VALUES (:path, NULL, :target, :now)"
        " ON CONFLICT (path) DO UPDATE SET post_id = NULL, target = excluded.target",
        path=path,
        target=target,
        now=now,
    )
