import pytest

from hub import addresses
from hub.errors import Refused


@pytest.mark.parametrize(
    "address",
    [
        "reader@hub.test",
        "Reader.Name+tag@sub.example.org",
        "o'brien@example.com",
        "a@example.com",
        "lecteur@société.fr",
        "rené@example.org",
        "x_y-z@xn--socit-esab.fr",
    ],
)
def test_an_address_that_mail_can_reach_is_taken(address: str) -> None:
    assert addresses.checked(f"  {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "reader",
        "reader@",
        "@hub.test",
        "a b@hub.test",
        "a..b@hub.test",
        ".a@hub.test",
        "a.@hub.test",
        "a@hub",
        "a@-hub.test",
        "a@hub..test",
        "a@localhost",
        "a@hub.test\nBcc: x@hub.test",
        "a\r@hub.test",
        "a\0@hub.test",
        "a,b@hub.test",
        "<a@hub.test>",
        "a" * 65 + "@hub.test",
        "a@" + "b" * 64 + ".test",
        "a@" + ".".join(["b" * 60] * 5) + ".test",
    ],
)
def test_an_address_that_no_server_takes_is_refused(address: str) -> None:
    with pytest.raises(Refused) as caught:
        addresses.checked(address)
    assert caught.value.field == "email"


def test_two_spellings_of_one_address_have_one_key() -> None:
    assert addresses.key("Reader@Hub.TEST") == addresses.key("reader@hub.test")
    assert addresses.key("x@SOCIÉTÉ.fr") == "x@xn--socit-esab.fr"


def test_a_tag_makes_another_address() -> None:
    assert addresses.key("reader+a@hub.test") != addresses.key("reader@hub.test")
