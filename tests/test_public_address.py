"""What a site's public address may be."""

import pytest

from hub import public_address
from hub.errors import Refused


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://Example.ORG:443/", "https://example.org"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:80", "http://[::1]"),
        ("http://nas:8000", "http://nas:8000"),
        ("https://société.fr:8443", "https://xn--socit-esab.fr:8443"),
        ("https://example.org.", "https://example.org"),
    ],
)
def test_an_address_is_kept_as_browsers_write_it(typed: str, kept: str) -> None:
    assert public_address.checked(typed) == kept


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "https://"),
        ("example.org", "https://"),
        ("https:example.org", "https://"),
        ("ftp://example.org", "https://"),
        ("http://not a url", "space"),
        ("https://exa\tmple.org", "space"),
        ("https://ada:secret@example.org", "password"),
        ("https://example.org/blog", "path"),
        ("https://example.org?", "path"),
        ("https://example.org#", "path"),
        ("https://example.org:0", "port"),
        ("https://example.org:65536", "port"),
        ("https://example.org:http", "port"),
        ("https://", "cannot be"),
        ("https://[::1", "cannot be"),
        ("https://[v1.a]", "cannot be"),
        ("https://[fe80::1%25eth0]", "cannot be"),
        ("https://a..b", "cannot be"),
        ("https://-a.org", "cannot be"),
        ("https://a_b.org", "cannot be"),
        ("https://ex%41mple.org", "cannot be"),
        ("https://1.2.3", "cannot be"),
        ("https://💩.org", "cannot be"),
        (f"https://{'a' * 64}.org", "cannot be"),
        (f"https://{'a.' * 127}org", "cannot be"),
    ],
)
def test_what_can_be_no_address_is_refused_in_words(typed: str, word: str) -> None:
    with pytest.raises(Refused, match=word):
        public_address.checked(typed)


def test_an_address_is_read_with_its_own_letters() -> None:
    assert public_address.readable("https://xn--socit-esab.fr:8443") == "société.fr:8443"
    assert public_address.readable("https://xn--a.fr") == "xn--a.fr"
