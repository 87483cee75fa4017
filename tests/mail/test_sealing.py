"""What is sealed is read by who has the key, for the same purpose, and by nobody else."""

from hub.mail.sealing import seal, unseal

KEY = b"k" * 32


def test_what_is_sealed_can_be_read_again_and_does_not_show() -> None:
    sealed = seal(KEY, "test", "geheim é")
    assert unseal(KEY, "test", sealed) == "geheim é"
    assert b"geheim" not in sealed
    assert seal(KEY, "test", "geheim é") != sealed


def test_another_key_purpose_or_a_changed_bit_reads_nothing() -> None:
    sealed = seal(KEY, "test", "geheim")
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    assert unseal(b"o" * 32, "test", sealed) is None
    assert unseal(KEY, "other", sealed) is None
    for broken in (changed, b"", b"\1short", b"\2" + sealed[1:]):
        assert unseal(KEY, "test", broken) is None
