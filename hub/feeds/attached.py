"""The file that goes with an article, as Atom names it (RFC 4287 §4.2.7.2).

feedgen 1.0 forgets everything of an entry's link but its address.
"""

from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from hub.feeds.model import Enclosure

_LINK = "{http://www.w3.org/2005/Atom}link"


class Feeds(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """A feed has no file of its own."""


class Attached(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """`entry.attached.file = …`"""

    file: Enclosure | None = None

    def extend_atom(self, entry: Any) -> Any:
        if file := self.file:
            length = str(file.length)
            link = {"rel": "enclosure", "href": file.url, "type": file.type, "length": length}
            etree.SubElement(entry, _LINK, link)
        return entry
