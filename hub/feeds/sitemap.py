"""sitemap.xml (sitemaps.org) and robots.txt (RFC 9309)."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from hub.content.listing import Line
from hub.site.model import Site
from hub.times import to_text

# The protocol's limit for one file.
LARGEST = 50_000


def sitemap(site: Site, lines: Iterable[Line]) -> bytes:
    """The first page, the archive, and each of `lines` with the time of its last change."""
    entries = [_url(site.url("/")), _url(site.url("/archive"))]
    entries += [_url(site.url(line.path), to_text(line.updated_at)) for line in lines]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        + "".join(entries[:LARGEST])
        + "</urlset>\n"
    ).encode()


def robots(site: Site) -> str:
    """Everything may be read but the desk and the personal links."""
    closed = ("/admin", "/setup/", "/confirm/", "/unsubscribe/", "/preferences/")
    return "\n".join(
        (
            "User-agent: *",
            *(f"Disallow: {path}" for path in closed),
            "",
            f"Sitemap: {site.url('/sitemap.xml')}",
            "",
        )
    )


def _url(address: str, changed: str = "") -> str:
    lastmod = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{lastmod}</url>\n"
