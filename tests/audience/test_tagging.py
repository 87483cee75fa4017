"""Tags and notes: what may be typed, whom a search finds, and tags of a whole segment."""

import pytest

from hub.audience import notes, rules, segment_counts, store, tagging
from hub.audience.segments import Segment
from hub.db import Database
from hub.errors import Refused
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import subscribe


@pytest.fixture
def people(hub: Hub) -> dict[str, int]:
    """Three readers, one of whom left."""
    return {
        "ada": subscribe(hub, "ada@mail.test", name="Ada"),
        "zoe": subscribe(hub, "z@mail.test", name="Zoë Élan", language="fr"),
        "bob": subscribe(hub, "bob_x@mail.test", name="Bob", status="unsubscribed"),
    }


def found(hub: Hub, search: str = "", **others: str) -> list[str]:
    with hub.db.read() as tx:
        return [person.name for person in store.page(tx, search=search, **others)]  # type: ignore[arg-type]  # texts only


def test_tags_are_in_small_letters_each_once() -> None:
    assert rules.tags(" VIP,met in  Brest,vip,, ") == ("met in brest", "vip")


@pytest.mark.parametrize("text", ["x" * 61, ",".join(map(str, range(21)))])
def test_what_cannot_be_tags_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.tags(text)
    assert refused.value.field == "tags"


def test_tags_come_and_go(hub: Hub, people: dict[str, int]) -> None:
    with hub.db.write() as tx:
        for _ in range(2):
            tagging.add(tx, [people["ada"], people["zoe"], 999], ("a", "b"))
        tagging.remove(tx, [people["zoe"], 999], ("a", "c"))
        assert tagging.of_each(tx, people.values()) == {
            people["ada"]: ["a", "b"],
            people["zoe"]: ["b"],
        }
        assert tagging.names(tx) == ["a", "b"]
        store.delete(tx, people["ada"])
        assert tagging.names(tx) == ["b"]


def test_where_nobody_has_a_tag_there_are_none(db: Database) -> None:
    with db.read() as tx:
        assert tagging.names(tx) == []
        assert tagging.of_each(tx, []) == {}


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("MAIL.TEST", ["Bob", "Zoë Élan", "Ada"]),
        ("ada", ["Ada"]),
        ("ÉLAN", ["Zoë Élan"]),
        ("élan", ["Zoë Élan"]),
        ("zoë", ["Zoë Élan"]),
        ("rope", ["Ada"]),
        ("sailmaker", ["Zoë Élan"]),
        ("VIP", ["Bob"]),
        ("vi", []),
        ("_", ["Bob"]),
        ("%", []),
        ("!", []),
    ],
)
def test_people_are_found_by_what_is_known_of_them(
    hub: Hub, people: dict[str, int], search: str, names: list[str]
) -> None:
    with hub.db.write() as tx:
        tagging.add(tx, [people["bob"]], ("vip",))
        notes.add(tx, people["ada"], "note", "Knows about Ropes", at=NOW)
        notes.add(tx, people["zoe"], "answered", "Sailmaker", about="Who?", at=NOW)
        notes.add(tx, people["zoe"], "accepted", "Knows no ropes", at=NOW)
    assert found(hub, search) == names


def test_people_are_listed_by_tag_and_status(hub: Hub, people: dict[str, int]) -> None:
    with hub.db.write() as tx:
        tagging.add(tx, people.values(), ("crew",))
    assert found(hub, tag="crew", status="active") == ["Zoë Élan", "Ada"]
    assert found(hub, tag="cre") == []


@pytest.mark.parametrize(
    ("segment", "tagged"),
    [(Segment(cadence="weekly"), ["ada", "zoe"]), (Segment(tags=("old",)), ["zoe"])],
)
def test_a_whole_segment_is_tagged_in_pieces(
    hub: Hub, people: dict[str, int], segment: Segment, tagged: list[str]
) -> None:
    with hub.db.write() as tx:
        tagging.add(tx, [people["zoe"], people["bob"]], ("old",))
    for away in (False, False, True):
        after: int | None = 0
        while after is not None:
            with hub.db.write() as tx:
                batch = tagging.change_batch(
                    tx, segment_counts.of_segment(segment), ("new",), away=away, after=after, most=1
                )
                after = batch.after
        with hub.db.read() as tx:
            have = segment_counts.count_all(tx, Segment(tags=("new",)))
        assert have == (0 if away else len(tagged))


def test_a_note_is_a_few_lines_without_control_characters() -> None:
    typed = " one\r\ntwo\x1b[31m\0\t"
    assert notes.checked(typed, 100, field="text") == "one\ntwo[31m"
    with pytest.raises(Refused):
        notes.checked("\x1b \n", 100, field="text")


def test_what_was_decided_stays_while_notes_can_go(hub: Hub, people: dict[str, int]) -> None:
    ada = people["ada"]
    with hub.db.write() as tx:
        note = notes.add(tx, ada, "note", "x", at=NOW)
        decision = notes.add(tx, ada, "accepted", "x", at=NOW)
        assert not notes.remove(tx, people["zoe"], note)
        assert notes.remove(tx, ada, note)
        assert not notes.remove(tx, ada, decision)
        assert [one.id for one in notes.of_subscriber(tx, ada)] == [decision]
