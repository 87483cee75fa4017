"""Passwords are argon2id with the parameters that were decided, and few run at once."""

import threading

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from hub.errors import Refused
from hub.users import passwords

GOOD = "correct horse battery"


def test_the_hash_is_argon2id_with_enough_memory_and_rounds() -> None:
    parameters = extract_parameters(passwords.hashed(GOOD))
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 19 * 1024
    assert (parameters.time_cost, parameters.parallelism) == (2, 1)


def test_a_password_fits_its_hash_and_no_other() -> None:
    stored = passwords.hashed(GOOD)
    assert passwords.verify(stored, GOOD)
    assert not passwords.verify(stored, GOOD + " ")


def test_two_spellings_of_an_accent_are_one_password() -> None:
    assert passwords.verify(passwords.hashed("caf\u00e9 au lait noir"), "cafe\u0301 au lait noir")


@pytest.mark.parametrize(
    "password", ["elevenchars", "aaaaaaaaaaaaaaaa", "x" * 513, "owner@hub.test"]
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(Refused) as refusal:
        passwords.checked(password, email="Owner@hub.test")
    assert refusal.value.field == "password"


def test_an_account_without_a_password_is_checked_with_the_same_parameters() -> None:
    assert extract_parameters(passwords._NOBODYS) == extract_parameters(passwords.hashed(GOOD))
    assert not passwords.verify(None, GOOD)


def test_a_damaged_hash_is_a_wrong_password() -> None:
    assert not passwords.verify("$argon2id$v=19$nonsense", GOOD)


@pytest.mark.slow
def test_parallel_log_ins_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()
    real = passwords._hasher

    class Counting:
        def verify(self, stored: str, password: bytes) -> bool:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            try:
                return real.verify(stored, password)
            finally:
                with lock:
                    running -= 1

    stored = passwords.hashed(GOOD)
    monkeypatch.setattr(passwords, "_hasher", Counting())
    threads = [threading.Thread(target=passwords.verify, args=(stored, GOOD)) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most <= 2
