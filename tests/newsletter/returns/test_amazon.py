"""SES through SNS: the signature, whose it is, and the subscription."""

import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from hub.newsletter.returns.providers import sns
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import status_of
from tests.newsletter.returns.amazon import (
    CERTIFICATE,
    HOST,
    TOPIC,
    bounce,
    certificate,
    complaint,
    message,
)
from tests.newsletter.returns.cast import DAY, evidence, mailed, path_of
from tests.newsletter.returns.conftest import Internet, Provider

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

ADDRESS = "ada@mail.test"
SUBSCRIBE = f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=abc"


def subscription(url: str = SUBSCRIBE) -> dict[str, str]:
    return message(
        "Please confirm.", Type="SubscriptionConfirmation", Token="abc", SubscribeURL=url
    )


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_signed_bounce_is_taken_once(
    listening: Hub, provider: Provider, pem: bytes, internet: Internet, version: str
) -> None:
    edition, reader = mailed(listening)
    path = path_of(listening, edition, reader)
    event = bounce(ADDRESS, source=path, status="5.1.1", diagnosticCode="smtp; 550 5.1.1 no user")
    for number in range(2):
        sent = message(event, version=version, MessageId=f"m-{number}")
        assert provider.post("ses", sent).status_code == 200
    assert status_of(listening, "ada") == "bounced"
    (found,) = evidence(listening, reader)
    assert (found.edition_id, found.kind, found.code) == (edition, "hard", "550 5.1.1")
    # One certificate is fetched once.
    assert internet.fetched == [CERTIFICATE]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (bounce(ADDRESS), ["soft"]),
        (bounce(ADDRESS, status="5.2.2"), ["soft"]),
        (bounce(ADDRESS, status="5.7.1"), ["sender"]),
        (complaint(ADDRESS), ["complaint"]),
        (complaint(ADDRESS, ""), ["complaint"]),
        (complaint(ADDRESS, "not-spam"), []),
        ({"notificationType": "Delivery"}, []),
        ({"what": "is this"}, []),
        ("Successfully validated SNS topic for Amazon SES event publishing.", []),
    ],
)
def test_each_event_has_its_kind(
    listening: Hub, provider: Provider, pem: bytes, event: object, expected: list[str]
) -> None:
    _, reader = mailed(listening)
    assert provider.post("ses", message(event)).status_code == 200
    assert [found.kind for found in evidence(listening, reader)] == expected


def test_the_subtype_stands_in_for_a_missing_code(
    listening: Hub, provider: Provider, pem: bytes
) -> None:
    mailed(listening)
    event = json.loads(json.dumps(bounce(ADDRESS)).replace("General", "NoEmail"))
    provider.post("ses", message(event))
    assert status_of(listening, "ada") == "bounced"


def changed(**fields: str) -> Callable[[], dict[str, str]]:
    return lambda: {**message(bounce(ADDRESS, status="5.1.1")), **fields}


ELSEWHERE = CERTIFICATE.removeprefix(HOST)


@pytest.mark.parametrize(
    "made",
    [
        changed(Signature="QUFBQQ=="),
        changed(Signature="no base64"),
        changed(MessageId="another"),
        changed(SignatureVersion="3"),
        changed(Type="Something"),
        lambda: message(bounce(ADDRESS), TopicArn=TOPIC.replace("returns", "others")),
        lambda: message(bounce(ADDRESS), at=NOW - 4 * DAY),
        lambda: message(bounce(ADDRESS), at=NOW + DAY),
        lambda: message(bounce(ADDRESS), Timestamp="yesterday"),
        *(
            changed(SigningCertURL=url)
            for url in (
                f"https://evil.test{ELSEWHERE}",
                f"https://sns.eu-west-1.amazonaws.com.evil.test{ELSEWHERE}",
                f"https://evil.test/sns.eu-west-1.amazonaws.com{ELSEWHERE}",
                f"https://sns.eu-west-1.amazonaws.com@evil.test{ELSEWHERE}",
                f"https://sns.eu-west-1.amazonaws.com:8443{ELSEWHERE}",
                f"https://sns.us-east-1.amazonaws.com{ELSEWHERE}",
                f"https://evil.s3.eu-west-1.amazonaws.com{ELSEWHERE}",
                CERTIFICATE.replace("https", "http"),
                f"{HOST}/other.pem",
                f"{HOST}/SimpleNotificationService-../x.pem",
                "https://[",
            )
        ),
    ],
)
def test_what_sns_did_not_sign_is_refused(
    listening: Hub,
    provider: Provider,
    pem: bytes,
    internet: Internet,
    made: Callable[[], dict[str, str]],
) -> None:
    mailed(listening)
    assert provider.post("ses", made()).status_code == 403
    assert status_of(listening, "ada") == "active"
    assert set(internet.fetched) <= {CERTIFICATE}


@pytest.mark.parametrize(
    "wrong",
    [
        certificate("evil.test"),
        certificate("sns.amazonaws.com.evil.test"),
        certificate(begins=NOW + 30 * DAY),
        certificate(begins=NOW - 800 * DAY),
        certificate(key=rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        b"no certificate",
    ],
)
def test_a_certificate_that_is_not_of_sns_proves_nothing(
    listening: Hub, provider: Provider, internet: Internet, wrong: bytes
) -> None:
    mailed(listening)
    internet.pages[CERTIFICATE] = wrong
    assert provider.post("ses", message(bounce(ADDRESS, status="5.1.1"))).status_code == 403
    assert status_of(listening, "ada") == "active"


def test_nothing_is_fetched_for_what_is_not_signed(provider: Provider, internet: Internet) -> None:
    unsigned = {**message(bounce(ADDRESS)), "Signature": ""}
    assert provider.post("ses", unsigned).status_code == 403
    assert internet.fetched == []


def test_a_certificate_that_cannot_be_fetched_is_asked_for_again(
    listening: Hub, provider: Provider, internet: Internet
) -> None:
    mailed(listening)
    sent = message(bounce(ADDRESS, status="5.1.1"))
    assert provider.post("ses", sent).status_code == 503
    internet.pages[CERTIFICATE] = certificate()
    assert provider.post("ses", sent).status_code == 200


def test_certificates_are_not_fetched_without_end(provider: Provider, internet: Internet) -> None:
    answers = [
        provider.post(
            "ses", message("x", SigningCertURL=f"{HOST}/SimpleNotificationService-{n:032x}.pem")
        ).status_code
        for n in range(25)
    ]
    assert answers.count(429) == 5
    assert len(internet.fetched) == 20


def test_a_subscription_is_confirmed(provider: Provider, pem: bytes, internet: Internet) -> None:
    internet.pages[SUBSCRIBE] = b"<ok/>"
    assert provider.post("ses", subscription()).status_code == 200
    assert internet.fetched == [CERTIFICATE, SUBSCRIBE]


def test_a_subscription_that_cannot_be_confirmed_now_is_asked_for_again(
    provider: Provider, pem: bytes
) -> None:
    assert provider.post("ses", subscription()).status_code == 503


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/?Action=ConfirmSubscription",
        SUBSCRIBE.replace("https", "http"),
        SUBSCRIBE.replace("ConfirmSubscription", "Publish"),
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_only_sns_itself_is_visited(
    provider: Provider, pem: bytes, internet: Internet, url: str
) -> None:
    assert provider.post("ses", subscription(url)).status_code == 403
    assert internet.fetched == [CERTIFICATE]


@pytest.mark.parametrize(
    "event",
    [
        {"notificationType": "Bounce"},
        {"notificationType": "Bounce", "mail": {}, "bounce": {"bouncedRecipients": "x"}},
        {"notificationType": "Complaint", "mail": {}, "complaint": {"complainedRecipients": [{}]}},
    ],
)
def test_a_wrong_shape_inside_is_refused(provider: Provider, pem: bytes, event: object) -> None:
    assert provider.post("ses", message(event)).status_code == 400


def test_both_kinds_are_signed_over_the_fields_that_amazon_names() -> None:
    found = sns._to_sign(message("m", Subject="s"), "Notification").decode()
    assert found.splitlines()[::2] == [
        *("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    ]
