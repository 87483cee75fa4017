"""What a reader is told of what the owner wrote down."""

import json

from hub.audience import approval, notes, store, tagging
from hub.newsletter import dossier
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import subscribe


def test_tags_notes_and_decisions_are_told_to_whom_they_are_about(hub: Hub) -> None:
    reader = subscribe(hub, "a@mail.test", status="waiting")
    with hub.db.write() as tx:
        tagging.add(tx, [reader], ("vip",))
        notes.add(tx, reader, "note", "Knows ropes", by="owner@hub.test", at=NOW)
        approval.decide(tx, [reader], "accepted", word="Hi", by="", site=hub.site(), now=NOW)
        person = store.get(tx, reader)
        assert person is not None
        parts = dossier.of(tx, person)
    told = json.loads(dossier.as_json(parts))
    assert told["tags"] == ["vip"]
    assert [(one["kind"], one["text"]) for one in told["notes"]] == [
        ("note", "Knows ropes"),
        ("accepted", "Hi"),
    ]
    assert [mail["kind"] for mail in told["letters"]] == ["accepted"]
    assert "owner@hub.test" not in dossier.as_csv(parts)
