"""Keys of programs at the desk: made and shown once, kept as a hash, renewed, taken back."""

import base64
import re

import pytest
from starlette.testclient import TestClient

from hub.settings import WebhookKeys
from hub.site import webhook_keys
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.returns.amazon import TOPIC
from tests.newsletter.returns.conftest import KEYS

EVENT = {"RecordType": "Open", "ID": "1", "Email": "a@b.test"}


def make(desk: TestClient) -> str:
    page = desk.post("/admin/tokens/postmark").text
    found = re.search(r'id="password"[^>]* value="([^"]+)"', page)
    assert found
    return f"hub:{found[1]}"


def told(desk: TestClient, secret: str) -> int:
    """What Postmark is answered."""
    proof = base64.b64encode(secret.encode()).decode()
    headers = {"authorization": f"Basic {proof}"}
    return desk.post("/webhooks/postmark", json=EVENT, headers=headers).status_code


def test_a_password_is_shown_once_works_and_is_kept_as_a_hash(desk: TestClient, hub: Hub) -> None:
    assert told(desk, "hub:x") == 404
    secret = make(desk)
    assert told(desk, secret) == 200
    assert told(desk, secret + "x") == 403
    password = secret.partition(":")[2]
    assert password not in desk.get("/admin/tokens").text
    with hub.db.read() as tx:
        assert password not in str(tx.all(str, "SELECT value FROM webhook_keys"))
        assert password not in str(tx.all(tuple, "SELECT * FROM journal"))


def test_a_new_one_ends_the_old_and_taking_back_ends_both(desk: TestClient) -> None:
    old, new = make(desk), make(desk)
    assert (told(desk, old), told(desk, new)) == (403, 200)
    assert desk.get("/admin/tokens/postmark/revoke").status_code == 200
    assert told(desk, new) == 200
    assert desk.post("/admin/tokens/postmark/revoke").status_code == 303
    assert told(desk, new) == 404


@pytest.mark.parametrize(
    ("provider", "good", "bad"),
    [
        ("ses", TOPIC, "arn:aws:s3:::bucket"),
        ("mailgun", "k" * 32, "a key"),
        ("sendgrid", base64.b64encode(KEYS.sendgrid).decode(), "bm8="),
    ],
)
def test_what_a_provider_gave_out_is_checked_and_never_shown(
    desk: TestClient, hub: Hub, provider: str, good: str, bad: str
) -> None:
    answer = desk.post(f"/admin/tokens/{provider}", data={"key": bad})
    assert answer.status_code == 400
    assert f'id="{provider}-error"' in answer.text
    assert f'value="{bad}"' in answer.text
    assert desk.post(f"/webhooks/{provider}", content=b"{}").status_code == 404
    assert desk.post(f"/admin/tokens/{provider}", data={"key": good}).status_code == 303
    assert desk.post(f"/webhooks/{provider}", content=b"{}").status_code != 404
    assert good not in desk.get("/admin/tokens").text
    with hub.db.read() as tx:
        keys = webhook_keys.in_force(tx, WebhookKeys())
    assert getattr(keys, provider) == getattr(KEYS, provider) or provider == "mailgun"


def test_the_environment_beats_the_desk(hub: Hub) -> None:
    with hub.db.write() as tx:
        webhook_keys.make(tx, by="Ada", now=NOW)
        keys = webhook_keys.in_force(tx, KEYS)
    assert keys == KEYS


def test_the_privacy_page_names_whose_key_was_entered(desk: TestClient) -> None:
    assert "Postmark" not in desk.get("/privacy").text
    make(desk)
    assert "Postmark" in desk.get("/privacy").text


def test_there_is_no_other_provider(desk: TestClient) -> None:
    assert desk.post("/admin/tokens/nobody", data={"key": "x"}).status_code == 404
