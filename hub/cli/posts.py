"""`hub posts`: list, write, publish, take back, delete."""

from pathlib import Path

import click

from hub import i18n
from hub.cli.context import CommandContext, pass_hub, progress, report
from hub.content import publishing, store
from hub.content.importers import single
from hub.content.model import Post, Summary
from hub.errors import Refused
from hub.site.model import Site
from hub.times import to_text


@click.group(name="posts")
def command() -> None:
    """Articles and pages."""


@command.command(name="list")
@click.option("--status", type=click.Choice(["draft", "published"]), default=None)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_hub
def list_posts(context: CommandContext, status: str | None, as_json: bool) -> None:
    """Every article and page, newest first, one a line."""
    with context.ready() as (hub, site):
        with hub.db.read() as tx:
            posts = store.listed(tx, status or "")
        if as_json:
            report([_document(post, site) for post in posts])
            return
        for post in posts:
            day = to_text(post.published_at)[:10] if post.published_at else " " * 10
            click.echo(f"{day}  {post.status:<9}  {post.path}  {post.title}")


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--publish", is_flag=True, help="Readers can see it at once.")
@pass_hub
def new(context: CommandContext, file: Path, publish: bool) -> None:
    """Write an article from a Markdown FILE, with the pictures beside it.

    Front matter may say title, slug, date, topics, excerpt, authors, newsletter
    (none, digest, digest+each), language, kind (post, page), description, cover, cover_alt
    and canonical. Without a title the first heading is it.
    """
    if not file.is_file():
        raise Refused(f"{file}: there is no such file")
    with context.ready() as (hub, site):
        post, problems = single.write(
            hub.db,
            file,
            media_folder=hub.settings.media,
            site=site,
            now=hub.now(),
            publish=publish,
        )
        for problem in problems:
            progress(f"{file}: {problem}")
        state = "Published" if publish else "Draft"
        click.echo(f"{state}: {site.url(post.path)}")


@command.command()
@click.argument("slug")
@pass_hub
def publish(context: CommandContext, slug: str) -> None:
    """Let readers see an article. `/SLUG` names a page."""
    with context.ready() as (hub, site):
        with hub.db.write() as tx:
            post = publishing.publish(tx, slug, hub.now())
        _say(f"Published: {site.url(post.path)}", post, site)


@command.command()
@click.argument("slug")
@pass_hub
def unpublish(context: CommandContext, slug: str) -> None:
    """Make an article a draft again."""
    with context.ready() as (hub, site):
        with hub.db.write() as tx:
            post = publishing.unpublish(tx, slug, hub.now())
        click.echo(f"Draft: {site.url(post.path)}")


@command.command()
@click.argument("slug")
@pass_hub
def delete(context: CommandContext, slug: str) -> None:
    """Take an article away for good; its address then says that it is gone."""
    with context.ready() as (hub, site):
        with hub.db.write() as tx:
            post = publishing.delete(tx, slug, hub.now())
        click.echo(f"Deleted: {site.url(post.path)}")


def _say(text: str, post: Post, site: Site) -> None:
    if post.published_at is not None:
        text += f"  ({i18n.long_date(post.published_at, 'en', site.timezone)})"
    click.echo(text)


def _document(post: Summary, site: Site) -> dict[str, object]:
    return {
        "id": post.id,
        "kind": post.kind,
        "slug": post.slug,
        "title": post.title,
        "status": post.status,
        "newsletter": post.newsletter,
        "language": post.language,
        "url": site.url(post.path),
        "published_at": to_text(post.published_at) if post.published_at else None,
        "updated_at": to_text(post.updated_at),
    }
