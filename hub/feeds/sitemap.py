"""sitemap.xml (sitemaps.org) with images and languages, and robots.txt (RFC 9309).

A site beyond 50,000 addresses has a map for each 50,000, the oldest articles in the first: those
stay as they are while new ones come.
"""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from hub.content import mapping
from hub.content.mapping import Place
from hub.content.translations import Version
from hub.db import Transaction
from hub.site.model import Site
from hub.times import to_text

# The protocol's limit for one file; the one for images of an address is 1,000.
LARGEST = 50_000
MOST_IMAGES = 1_000
# The first page and the archive, which stand in the first map.
_OURS = ("/", "/archive")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"


def parts(tx: Transaction, *, largest: int = LARGEST) -> int:
    """How many maps the site needs, one at least."""
    return max(1, -(-(len(_OURS) + mapping.count(tx)) // largest))


def index(site: Site, number: int) -> bytes:
    """The list of `number` maps."""
    maps = (f"<sitemap><loc>{_loc(site, part(n))}</loc></sitemap>\n" for n in range(1, number + 1))
    return f'{_HEAD}<sitemapindex xmlns="{_SCHEMA}">\n{"".join(maps)}</sitemapindex>\n'.encode()


def part(number: int) -> str:
    """The path of a map, from 1."""
    return f"/sitemap-{number}.xml"


def sitemap(tx: Transaction, site: Site, number: int = 1, *, largest: int = LARGEST) -> bytes:
    """Map `number`: each address with the time of its last change, its images and languages."""
    text = bytearray(
        f'{_HEAD}<urlset xmlns="{_SCHEMA}"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
        ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'.encode()
    )
    ours = _OURS if number == 1 else ()
    for path in ours:
        text += f"<url><loc>{_loc(site, path)}</loc></url>\n".encode()
    skipped = (number - 1) * largest - len(_OURS) if number > 1 else 0
    for place in mapping.places(tx, after=skipped, limit=largest - len(ours)):
        text += _url(site, place).encode()
    text += b"</urlset>\n"
    return bytes(text)


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


def _url(site: Site, place: Place) -> str:
    return (
        f"<url><loc>{_loc(site, place.line.path)}</loc>"
        f"<lastmod>{to_text(place.line.updated_at)}</lastmod>"
        f"{''.join(_languages(site, place.versions))}"
        f"{''.join(_images(site, place.images))}</url>\n"
    )


def _languages(site: Site, versions: Iterable[Version]) -> Iterator[str]:
    for number, version in enumerate(versions):
        href = quoteattr(site.url(version.path))
        tags = ("x-default", version.language) if number == 0 else (version.language,)
        for tag in tags:
            yield f'<xhtml:link rel="alternate" hreflang={quoteattr(tag)} href={href}/>'


def _images(site: Site, addresses: tuple[str, ...]) -> Iterator[str]:
    # A cover may lie on another host: that is not ours to map.
    ours = [address for address in addresses if address.startswith("/")]
    for address in ours[:MOST_IMAGES]:
        yield f"<image:image><image:loc>{_loc(site, address)}</image:loc></image:image>"


def _loc(site: Site, path: str) -> str:
    return escape(site.url(path))
