"""The search of the site for browsers and programs (OpenSearch 1.1, by hand: six elements)."""

from xml.sax.saxutils import escape, quoteattr

from hub.site.model import Site

CONTENT_TYPE = "application/opensearchdescription+xml; charset=utf-8"
# The specification's limits, in characters.
_SHORT_NAME, _LONG_NAME, _DESCRIPTION = 16, 48, 1024


def description(site: Site) -> bytes:
    """The document that a page's `<link rel="search">` leads to."""
    # The braces are the program's to fill: they stand as they are.
    template = site.url("/search?q=") + "{searchTerms}"
    own = site.url("/opensearch.xml")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        f"<ShortName>{_text(site.title, _SHORT_NAME)}</ShortName>\n"
        f"<LongName>{_text(site.title, _LONG_NAME)}</LongName>\n"
        f"<Description>{_text(site.description or site.title, _DESCRIPTION)}</Description>\n"
        f'<Url type="text/html" method="get" template={quoteattr(template)}/>\n'
        '<Url type="application/opensearchdescription+xml" rel="self"'
        f" template={quoteattr(own)}/>\n"
        f"<Language>{escape(site.language)}</Language>\n"
        "<InputEncoding>UTF-8</InputEncoding>\n"
        "</OpenSearchDescription>\n"
    ).encode()


def _text(text: str, longest: int) -> str:
    """At most so many characters, cut after a whole word where there is one."""
    tidy = " ".join(text.split())
    if len(tidy) > longest:
        tidy = tidy[: longest + 1].rpartition(" ")[0] or tidy[:longest]
    return escape(tidy)
