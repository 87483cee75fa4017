import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.tokens import KeyedHash, Signer, new_token, token_hash

signer = Signer(b"k" * 32)


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_token_gives_back_its_number(number: int) -> None:
    assert signer.verify("unsubscribe", signer.sign("unsubscribe", number)) == number


def test_a_token_is_worth_nothing_for_another_purpose() -> None:
    assert signer.verify("erase", signer.sign("unsubscribe", 7)) is None


def test_a_token_of_another_hub_is_worth_nothing() -> None:
    assert Signer(b"j" * 32).verify("unsubscribe", signer.sign("unsubscribe", 7)) is None


@pytest.mark.parametrize("token", ["", "x", "é" * 32, "a" * 32, "a" * 31, "=" * 32, "a b" * 11])
def test_what_is_not_a_token_is_refused(token: str) -> None:
    assert signer.verify("unsubscribe", token) is None


@given(st.integers(min_value=0, max_value=31))
def test_a_token_with_one_character_changed_is_refused(position: int) -> None:
    token = signer.sign("unsubscribe", 7)
    changed = "A" if token[position] != "A" else "B"
    assert signer.verify("unsubscribe", token[:position] + changed + token[position + 1 :]) is None


def test_random_tokens_differ_and_only_their_hash_is_kept() -> None:
    one, other = new_token(), new_token()
    assert one != other
    assert one not in token_hash(one)


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_a_keyed_hash_is_hmac(key: bytes, beginning: bytes, rest: bytes) -> None:
    expected = hmac.digest(key, beginning + rest, "sha256")
    keyed = KeyedHash(key)
    assert keyed.digest(beginning + rest) == expected
    assert keyed.beginning(beginning).digest(rest) == expected
    assert keyed.digest(beginning + rest) == expected


def test_a_token_stays_what_it_was() -> None:
    """It stands in mails that were sent: `verify` must know it in ten years."""
    assert signer.sign("unsubscribe", 7) == "AAAAAAAAAAdTR3fRfNVT6kFLMoMWRWYV"
