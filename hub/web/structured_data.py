"""What search engines read of a page: JSON-LD in the words of schema.org.

A browser runs nothing of it, so the site's Content-Security-Policy has nothing to forbid.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup

from hub.site.model import Site

# JSON inside a page: nothing in it may end the element or begin a comment (HTML §4.12.1.3), and
# two separators of lines that JSON knows and JavaScript did not.
_ESCAPES = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step on the way from the first page to this one; `path` begins with `/`."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Article:
    """An article as search engines know it; `url` and `image` are absolute, texts may be empty.

    `authors` are names with the paths of their pages.
    """

    url: str
    headline: str
    description: str
    image: str
    language: str
    published: datetime
    modified: datetime
    authors: tuple[Crumb, ...]
    topics: tuple[str, ...]


def of_page(site: Site, *, trail: Sequence[Crumb] = (), article: Article | None = None) -> Markup:
    """The site, the way to this page, and its article: one document, safe inside `<script>`."""
    parts = [_site(site)]
    if trail:
        parts.append(_breadcrumbs(site, trail))
    if article is not None:
        parts.append(_article(site, article))
    return as_script({"@context": "https://schema.org", "@graph": parts})


def as_script(document: object) -> Markup:
    """JSON that can stand in a `<script>` element whatever it says."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate has no UTF-8.
    whole = text.translate(_ESCAPES).encode("utf-8", "backslashreplace").decode()
    return Markup(whole)  # nothing in it is a tag any more


def _site(site: Site) -> dict[str, object]:
    return _without_empty(
        {
            "@type": "WebSite",
            "@id": site.url("/#site"),
            "url": site.url("/"),
            "name": site.title,
            "description": site.description,
            "inLanguage": site.language,
            "publisher": _publisher(site),
            "potentialAction": {
                "@type": "SearchAction",
                "target": {
                    "@type": "EntryPoint",
                    "urlTemplate": site.url("/search?q=") + "{search_term_string}",
                },
                "query-input": "required name=search_term_string",
            },
        }
    )


def _publisher(site: Site) -> dict[str, object]:
    logo = {"@type": "ImageObject", "url": site.url(site.logo)} if site.logo else None
    return _without_empty(
        {
            "@type": "Organization",
            "@id": site.url("/#publisher"),
            "name": site.title,
            "url": site.url("/"),
            "logo": logo,
        }
    )


def _breadcrumbs(site: Site, trail: Sequence[Crumb]) -> dict[str, object]:
    steps = (Crumb(site.title, "/"), *trail)
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": number,
                "name": step.name,
                "item": _url(site, step.path),
            }
            for number, step in enumerate(steps, 1)
        ],
    }


def _article(site: Site, article: Article) -> dict[str, object]:
    authors = [
        {"@type": "Person", "name": author.name, "url": _url(site, author.path)}
        for author in article.authors
    ]
    return _without_empty(
        {
            "@type": "Article",
            "@id": f"{article.url}#article",
            "mainEntityOfPage": article.url,
            "url": article.url,
            "headline": article.headline,
            "description": article.description,
            "image": article.image,
            "inLanguage": article.language,
            "datePublished": article.published.isoformat(timespec="seconds"),
            "dateModified": article.modified.isoformat(timespec="seconds"),
            # What nobody signed is the site's own.
            "author": authors or {"@id": site.url("/#publisher")},
            "publisher": {"@id": site.url("/#publisher")},
            "isPartOf": {"@id": site.url("/#site")},
            "keywords": list(article.topics),
        }
    )


def _url(site: Site, path: str) -> str:
    return site.url(quote(path, safe="/~!$&'()*+,;=:@?"))


def _without_empty(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value not in ("", None, [])}
