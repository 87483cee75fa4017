"""What tests of a reader's own place share: the links, and the mails with them."""

import re
from datetime import datetime

from starlette.testclient import TestClient

from hub.audience import store
from hub.audience.model import Subscriber
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import outbox, parsed, tick

ADA, NEW = "ada@reader.test", "ada@new.test"


def own(hub: Hub, number: int, email: str = ADA) -> str:
    return f"/preferences/{hub.signer.sign('preferences', number, email)}"


def ask(client: TestClient, hub: Hub, number: int, kind: str, email: str = "") -> str:
    answer = client.post(own(hub, number) + "/request", data={"kind": kind, "email": email})
    assert answer.status_code == 200, answer.text
    return answer.text


def mails(hub: Hub, now: datetime = NOW) -> list[tuple[str, str]]:
    """To whom, and the first address of this hub below the front page, of each mail so far."""
    tick(hub, now)
    found = []
    for raw in outbox(hub):
        message = parsed(raw)
        text = message.get_body(("plain",))
        assert text is not None
        link = re.search(r"https://hub\.test(/\S+)", text.get_content())
        found.append((str(message["To"]), link[1] if link else ""))
    return found


def person(hub: Hub, number: int) -> Subscriber | None:
    with hub.db.read() as tx:
        return store.get(tx, number)


def put(hub: Hub, **values: str) -> None:
    with hub.db.write() as tx:
        for name, value in values.items():
            sites.put(tx, name, value)
