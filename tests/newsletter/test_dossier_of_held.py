"""What a reader takes out holds what waits for the owner too."""

import json

from hub.audience import membership, signup
from hub.audience.consent import consent_text
from hub.audience.gates.model import Visit
from hub.audience.model import Wish
from hub.newsletter import dossier
from hub.web.state import Hub
from tests.conftest import NOW


def test_a_held_sign_up_is_in_it(hub: Hub) -> None:
    wish = Wish("ada@reader.test", "Ada", "weekly", (), "en")
    with hub.db.write() as tx:
        person = membership.add(tx, wish, statement="at the fair", now=NOW)
        membership.unsubscribe(tx, person.id, source="link", now=NOW)
        signup.sign_up(
            tx,
            wish,
            consent_text(hub.site(), "en"),
            form_url="https://hub.test/",
            network="n",
            now=NOW,
            visit=Visit(trapped=True),
        )
        (held,) = json.loads(dossier.as_json(dossier.of(tx, person)))["held"]
    assert (held["reasons"], held["form_url"]) == ("trap", "https://hub.test/")
