"""Return paths: short, the same in capitals, and only ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mail.model import Mailed
from hub.mail.verp import ReturnPaths
from hub.tokens import Signer

PATHS = ReturnPaths(Signer(b"k" * 32))
MADE = PATHS.maker("bounces@example.org")(12, 345)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**48 - 1))
def test_a_path_comes_back_however_it_is_written(edition: int, number: int) -> None:
    made = PATHS.maker("b" * 31 + "@société.fr")(edition, number)
    local, _, domain = made.partition("@")
    assert len(local) == 64
    assert domain == "xn--socit-esab.fr"
    for written in (made, made.upper(), f"Bounces <{made}>", f"rfc822; {made} (gone)"):
        assert PATHS.find([written]) == Mailed(edition, number)


def test_the_domain_may_be_rewritten_and_the_token_not() -> None:
    token = MADE.partition("@")[0]
    assert PATHS.find(["", "someone@else.test", f"{token}@inner.example.net"]) == Mailed(12, 345)
    assert PATHS.find([f"{token}x@example.org", "b+@example.org"]) is None


@pytest.mark.parametrize("position", [9, 15, 24, 39])
def test_a_changed_token_is_nobodys(position: int) -> None:
    other = "b" if MADE[position] != "b" else "c"
    assert PATHS.find([MADE[:position] + other + MADE[position + 1 :]]) is None


def test_another_hubs_token_is_nobodys() -> None:
    assert ReturnPaths(Signer(b"other" * 8)).find([MADE]) is None


def test_not_every_token_of_a_flood_is_tried() -> None:
    flood = " ".join(f"b+{'a' * 32}@x.test" for _ in range(100))
    assert PATHS.find([flood, MADE]) is None
    assert PATHS.find([MADE, flood]) == Mailed(12, 345)


@pytest.mark.parametrize(("edition", "number"), [(2**32, 1), (1, 2**48), (-1, 1)])
def test_a_number_without_room_is_refused(edition: int, number: int) -> None:
    with pytest.raises(ValueError, match="no token"):
        PATHS.maker("b@example.org")(edition, number)
