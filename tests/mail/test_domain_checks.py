"""What is right and wrong in the DNS of a sender's domain."""

import pytest

from hub.mail import dkim, domain_checks
from hub.mail.dns import Dns, DnsAway
from tests.mail.dns_server import dns_server

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("records", "level"),
    [
        (["v=spf1 mx -all"], "good"),
        (["google-site-verification=1", "v=spf1 include:x.test ~all"], "good"),
        ([], "bad"),
        (["v=spf10 mx -all"], "bad"),
        (["v=spf1 mx -all", "v=spf1 a -all"], "bad"),
        (["v=spf1 +all"], "bad"),
        (["v=spf1 mx all"], "bad"),
        (["v=spf1 -all"], "bad"),
    ],
)
def test_spf(records: list[str], level: str) -> None:
    assert domain_checks.spf("hub.test", records).level == level


@pytest.mark.parametrize(
    ("records", "level"),
    [
        (["v=DMARC1; p=none"], "good"),
        (["v=DMARC1;p=reject; rua=mailto:x@hub.test"], "good"),
        ([], "warning"),
        (["v=DMARC1; sp=none"], "warning"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "warning"),
    ],
)
def test_dmarc(records: list[str], level: str) -> None:
    finding = domain_checks.dmarc("hub.test", records, "owner@hub.test")
    assert finding.level == level
    assert finding.paste == (
        ""
        if level == "good"
        else "_dmarc.hub.test. TXT v=DMARC1; p=none; rua=mailto:owner@hub.test"
    )


def test_dkim_wants_the_key_of_this_hub() -> None:
    ours, other = (dkim.record(dkim.new_key()) for _ in range(2))
    name = "hub._domainkey.hub.test"
    assert domain_checks.dkim(name, [ours], ours).level == "good"
    assert domain_checks.dkim(name, [ours.replace("; ", ";")], ours).level == "good"
    assert domain_checks.dkim(name, [other], ours).level == "bad"
    assert domain_checks.dkim(name, [], ours).paste == f"{name}. TXT {ours}"


@pytest.mark.parametrize(
    ("records", "level"), [(["mail.test"], "good"), ([], "warning"), (["."], "warning")]
)
def test_mx(records: list[str], level: str) -> None:
    assert domain_checks.mx("hub.test", records).level == level


def test_the_line_to_paste_names_whoever_the_hub_hands_mail_to() -> None:
    senders = ("smtp.relay.test", "192.5.6.30", "2a00::1")
    assert domain_checks.spf("hub.test", [], senders).paste == (
        "hub.test. TXT v=spf1 a:smtp.relay.test ip4:192.5.6.30 ip6:2a00::1 ~all"
    )
    assert domain_checks.spf("hub.test", []).paste == ""


def test_a_long_record_comes_in_one_piece() -> None:
    long = "v=DKIM1; p=" + "A" * 400
    zone = {
        ("a.test", "TXT"): [f'"{long[:250]}" "{long[250:]}"'],
        ("a.test", "MX"): ["20 second.test.", "10 first.test."],
    }
    with dns_server(zone) as port:
        asked = Dns(["127.0.0.1"], port)
        assert asked.txt("a.test") == [long]
        assert asked.mx("a.test") == ["first.test", "second.test"]
        assert asked.txt("none.test") == []


def test_a_silent_server_is_not_an_empty_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.mail.dns.SECONDS", 0.05)
    with dns_server({}) as port:
        pass
    with pytest.raises(DnsAway):
        Dns(["127.0.0.1"], port).txt("a.test")
