"""One Markdown file becomes an article that is written here: it has no source to follow."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.content import media, rendering, writing
from hub.content.importers import surveying
from hub.content.importers.preparing import Render, Workshop
from hub.content.importers.references import Source
from hub.content.model import Post
from hub.db import Database
from hub.site.model import Site


def write(
    db: Database,
    path: Path,
    *,
    media_folder: Path,
    site: Site,
    now: datetime,
    publish: bool,
    render: Render = rendering.render,
) -> tuple[Post, tuple[str, ...]]:
    """A new draft or published article from a file, with the pictures beside it.

    The second value: what the writer should look at, such as a picture that is not there.
    Raises Refused as parsing, rendering and writing.create do; Conflict for a taken slug.
    """
    article, _ = surveying.read(path.parent, path.name, ZoneInfo(site.timezone))
    workshop = Workshop(Source(path.parent, {}), media_folder, render, site.language)
    prepared = workshop.prepare(
        article,
        article.slug if article.own_slug else "",
        newsletter=article.newsletter or ("none" if article.kind == "page" else "digest"),
    )
    with db.write() as tx:
        for picture in prepared.pictures:
            media.record(tx, picture, now)
        post = writing.create(
            tx, prepared.draft, prepared.rendered, site=site, now=now, publish=publish
        )
    return post, prepared.problems
