"""What speaks against a sign-up, and how much."""

import pytest

from hub.audience.gates import rules
from hub.audience.gates.disposable import is_disposable
from hub.audience.gates.model import Answers, Policy, Reason, Visit
from hub.audience.model import Wish
from hub.site import options


def wish(email: str = "ada@reader.test", name: str = "") -> Wish:
    return Wish(email, name, "weekly", (), "en")


STRICT = Policy(disposable=frozenset(("rented.test",)), least_seconds=3)


@pytest.mark.parametrize(
    ("asked", "visit", "expected"),
    [
        (wish(), Visit(seconds=0.5), []),
        (wish(), Visit(trapped=True), ["trap"]),
        (wish(), Visit(seconds=2.0, policy=STRICT), ["quick"]),
        (wish(), Visit(seconds=3.0, policy=STRICT), []),
        (wish(), Visit(policy=STRICT), []),
        (wish(), Visit(scripted=True), ["script"]),
        (wish(name="Win now https://x.test"), Visit(), ["link"]),
        (wish(name="Anne-Marie St. John"), Visit(), []),
        (wish("a.d.a.b.c@reader.test"), Visit(), ["dots"]),
        (wish("anne.marie.de.la@reader.test"), Visit(), []),
        (wish("a@Mailinator.com"), Visit(), ["disposable"]),
        (wish("a@x.rented.test"), Visit(policy=STRICT), ["disposable"]),
        (wish(), Visit(proof="missing"), ["unproven"]),
        (wish(), Visit(proof="done"), []),
    ],
)
def test_each_sign_is_seen(asked: Wish, visit: Visit, expected: list[Reason]) -> None:
    assert rules.reproaches(asked, visit) == expected


@pytest.mark.parametrize(
    ("reasons", "decision"),
    [
        ((), "pass"),
        (("disposable",), "pass"),
        (("disposable", "dots"), "held"),
        (("trap",), "held"),
        (("trap", "quick"), "refused"),
        # Nobody is refused for what others do.
        (("domain", "mailbox", "brake"), "held"),
        (("disposable", "domain", "brake"), "held"),
    ],
)
def test_signs_add_up(reasons: tuple[Reason, ...], decision: str) -> None:
    assert rules.weigh(reasons).decision == decision


def test_a_disposable_domain_is_known_below_its_name_and_not_above() -> None:
    assert is_disposable("eu.yopmail.com")
    assert not is_disposable("notyopmail.com")
    assert not is_disposable("com")


@pytest.mark.parametrize(
    ("domain", "counted"),
    [
        ("reader.test", "reader.test"),
        ("a.b.reader.test", "reader.test"),
        ("mail.example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"),
        ("mail.example.fr", "example.fr"),
    ],
)
def test_subdomains_are_counted_together(domain: str, counted: str) -> None:
    assert rules.counted_domain(domain) == counted


@pytest.mark.parametrize(
    ("key", "box"),
    [
        ("ada@reader.test", "ada@reader.test"),
        ("ada+news@reader.test", "ada@reader.test"),
        ("a.da+x@gmail.com", "ada@gmail.com"),
        ("a.da@googlemail.com", "ada@gmail.com"),
        ("a.da@reader.test", "a.da@reader.test"),
        ("+x@reader.test", "+x@reader.test"),
    ],
)
def test_spellings_of_a_mailbox_are_one(key: str, box: str) -> None:
    assert rules.mailbox(key) == box


@pytest.mark.parametrize(
    ("settled", "sudden", "collapsed"),
    [
        (Answers(49, 0), Answers(49, 0), False),
        (Answers(50, 4), Answers(0, 0), True),
        (Answers(50, 5), Answers(0, 0), False),
        # Nobody can have answered within a minute, but of four hundred somebody does.
        (Answers(0, 0), Answers(399, 0), False),
        (Answers(0, 0), Answers(400, 7), True),
        (Answers(0, 0), Answers(400, 8), False),
    ],
)
def test_when_confirmations_have_collapsed(
    settled: Answers, sudden: Answers, collapsed: bool
) -> None:
    assert rules.collapsed(settled, sudden) is collapsed


def test_the_owners_domains_are_kept_as_they_are_compared() -> None:
    typed = "@Rented.TEST, société.test\nrented.test"
    assert options.checked("disposable_domains", typed) == "rented.test\nxn--socit-esab.test"
