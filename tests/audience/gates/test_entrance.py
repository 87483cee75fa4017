"""Limits by client, network, destination domain and mailbox."""

from dataclasses import replace

import pytest

from hub import limits
from hub.audience.gates import entrance
from hub.audience.gates.model import Policy, Visit
from hub.errors import TooMany
from hub.web.state import Hub
from tests.audience.gates.conftest import Crowd
from tests.conftest import NOW

FEW = Policy(per_network=4, per_domain=2)


@pytest.mark.parametrize(
    ("ips", "let_in"),
    [
        (["192.0.2.7"] * 5, 2),
        (["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6"], 4),
        (["192.0.2.1", "::ffff:192.0.2.2", "192.0.2.3", "::ffff:c000:204", "192.0.2.5"], 4),
        (["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4", "2001:db8::5"], 4),
        (["2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1", "198.51.100.1"], 4),
    ],
)
def test_a_client_gets_half_of_what_its_network_gets(
    crowd: Crowd, ips: list[str], let_in: int
) -> None:
    crowd.policy = replace(FEW, per_domain=100)
    refused = 0
    for n, ip in enumerate(ips):
        try:
            crowd.sign_up(f"reader@d{n}.test", ip=ip)
        except TooMany:
            refused += 1
    assert (len(crowd.mailed()), refused) == (let_in, len(ips) - let_in)


def test_what_is_over_for_a_domain_waits(crowd: Crowd) -> None:
    crowd.policy = FEW
    for n in range(4):
        crowd.sign_up(f"reader{n}@x{n}.reader.test")
    assert len(crowd.mailed()) == 2
    assert [one.reasons for one in crowd.held()] == ["domain", "domain"]
    crowd.later(hours=1)
    crowd.sign_up("late@reader.test")
    assert len(crowd.mailed()) == 3


def test_a_large_provider_gets_ten_times_as_many(crowd: Crowd) -> None:
    crowd.policy = FEW
    for n in range(21):
        crowd.sign_up(f"reader{n}@gmail.com")
    assert (len(crowd.mailed()), len(crowd.held())) == (20, 1)


def test_one_mailbox_is_asked_under_three_spellings_a_day(crowd: Crowd) -> None:
    for spelling in ("a.da", "ad.a", "ada+1", "ada+2", "ada+3"):
        crowd.sign_up(f"{spelling}@gmail.com")
    assert len(crowd.mailed()) == 3
    assert [one.reasons for one in crowd.held()] == ["mailbox", "mailbox"]


def test_the_same_spelling_again_is_no_case_for_the_owner(crowd: Crowd) -> None:
    for _ in range(6):
        crowd.sign_up("a.da@gmail.com")
    assert (len(crowd.mailed()), crowd.held()) == (1, [])


def test_mail_that_somebody_asks_for_is_limited_like_a_sign_up(hub: Hub) -> None:
    with hub.db.write() as tx:
        told = [
            entrance.may_mail(tx, "ada@reader.test", Visit(), network=f"n{n}", now=NOW)
            for n in range(4)
        ]
        assert told == [True, True, True, False]
        trapped = Visit(trapped=True)
        assert not entrance.may_mail(tx, "bob@reader.test", trapped, network="n", now=NOW)


def test_ip_addresses_are_forgotten_within_an_hour_or_two(crowd: Crowd) -> None:
    crowd.sign_up("ada+1@reader.test", ip="192.0.2.77")
    crowd.later(minutes=61)
    with crowd.hub.db.write() as tx:
        limits.take(tx, "log-in n", capacity=1, per_seconds=60, now=NOW)
        assert entrance.forget_clients(tx, crowd.now) == 2
        left = tx.all(str, "SELECT name FROM limits ORDER BY name")
    kinds = [name.split()[0] for name in left]
    assert kinds == ["confirmation", "domain", "log-in", "mailbox"]
    assert "@" not in "".join(left)
