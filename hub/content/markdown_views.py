"""Articles as their Markdown, and a list of them, for programs that read text (llmstxt.org)."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub.content import listing
from hub.content.listing import Described, Listed
from hub.content.model import Post
from hub.errors import NotFound
from hub.i18n import N_
from hub.site.model import Site
from hub.web.pages import mark_shared, message, quoted
from hub.web.state import hub

NO_SUCH_TEXT = N_("There is no such page.")


def llms(request: Request) -> Response:
    """`/llms.txt`: what the site is, and each article with the address of its text."""
    site = _site(request)
    with hub(request).db.read() as tx:
        articles, pages = listing.described(tx, "post"), listing.described(tx, "page")
    parts = [f"# {_line(site.title)}"]
    if site.description:
        parts.append(f"> {_line(site.description)}")
    for title, found in ((N_("Articles"), articles), (N_("Pages"), pages)):
        if found:
            lines = "\n".join(_entry(site, one) for one in found)
            parts.append(f"## {message(request, title)}\n\n{lines}")
    return mark_shared(PlainTextResponse("\n\n".join(parts) + "\n"))


def article(request: Request) -> Response:
    """`/posts/<slug>.md`: the article as its author wrote it, under its title."""
    site = _site(request)
    slug: str = request.path_params["slug"]
    with hub(request).db.read() as tx:
        found = None if "\0" in slug else listing.published(tx, "post", slug)
        moved = None if found or "\0" in slug else listing.redirect(tx, {f"posts/{slug}"})
    if found is None:
        if moved is not None and moved.status == "published" and moved.kind == "post":
            return mark_shared(RedirectResponse(quoted(moved.path) + ".md", status_code=301))
        raise NotFound(NO_SUCH_TEXT)
    response = Response(_text(site, found), media_type="text/markdown")
    # The page is what search engines shall show.
    address = site.url(quoted(found.post.path))
    response.headers["link"] = f'<{address}>; rel="canonical"'
    return mark_shared(response)


def _site(request: Request) -> Site:
    """The site, if its owner gives texts away at all."""
    site = hub(request).site()
    if site.machine_texts != "on":
        raise NotFound(NO_SUCH_TEXT)
    return site


def _entry(site: Site, post: Described) -> str:
    end = ".md" if post.kind == "post" else ""
    about = f": {_line(post.excerpt)}" if post.excerpt else ""
    title = _line(post.title).replace("[", "\\[").replace("]", "\\]")
    return f"- [{title}]({site.url(quoted(post.path))}{end}){about}"


def _text(site: Site, found: Listed[Post]) -> str:
    post = found.post
    assert post.published_at is not None  # what is published has its date
    about = [", ".join(author.name for author in found.authors), f"{post.published_at:%Y-%m-%d}"]
    about.append(site.url(quoted(post.path)))
    head = f"# {_line(post.title)}\n\n{' · '.join(filter(None, about))}\n\n"
    return head + post.markdown.strip() + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


ROUTES: list[BaseRoute] = [Route("/llms.txt", llms), Route("/posts/{slug}.md", article)]
