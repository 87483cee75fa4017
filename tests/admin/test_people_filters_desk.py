"""The list of people by filters that combine, and what is done with all who fit."""

import re

import pytest
from starlette.testclient import TestClient

from hub.audience import people_store, segment_counts, segments, store, tagging
from hub.web.state import Hub
from tests.newsletter.cast import subscribe

LIST = "/admin/subscribers"


@pytest.fixture
def people(hub: Hub) -> dict[str, int]:
    found = {
        "ada": subscribe(hub, "ada@mail.test", language="fr", cadence="monthly"),
        "bob": subscribe(hub, "bob@mail.test", language="fr"),
        "cleo": subscribe(hub, "cleo@mail.test", status="bounced", language="fr"),
    }
    with hub.db.write() as tx:
        store.set_topics(tx, found["ada"], ("sea",))
        tagging.add(tx, [found["bob"]], ("crew",))
    return found


def names(text: str) -> list[str]:
    return re.findall(r"(\w+)@mail\.test</a>", text)


def tagged(hub: Hub, tag: str) -> set[str]:
    with hub.db.read() as tx:
        return {one.email.partition("@")[0] for one in store.page(tx, tag=tag)}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("language=fr", ["cleo", "bob", "ada"]),
        ("language=fr&status=active", ["bob", "ada"]),
        ("language=fr&cadence=monthly&topic=sea", ["ada"]),
        ("tag=Crew&q=MAIL", ["bob"]),
        ("tag=crew&topic=sea", []),
        ("source=elsewhere", []),
        ("joined=2999-01-01", []),
    ],
)
def test_filters_combine(
    desk: TestClient, people: dict[str, int], query: str, found: list[str]
) -> None:
    answer = desk.get(f"{LIST}?{query}")
    assert answer.status_code == 200
    assert names(answer.text) == found
    assert (f"{len(found)} pe" if found else "Nobody fits") in answer.text


@pytest.mark.parametrize(
    ("query", "field"), [("joined=yesterday", "joined"), ("topic=%3Cb%3E", "topic")]
)
def test_a_filter_that_cannot_be_says_so_beside_its_field(
    desk: TestClient, people: dict[str, int], query: str, field: str
) -> None:
    answer = desk.get(f"{LIST}?{query}&cadence=monthly")
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert names(answer.text) == ["ada"]


def test_each_part_of_a_filter_can_be_taken_away(desk: TestClient, people: dict[str, int]) -> None:
    answer = desk.get(f"{LIST}?tag=crew&status=active&q=bob").text
    assert f'href="{LIST}?status=active&amp;q=bob"' in answer
    assert f'href="{LIST}?tag=crew&amp;q=bob"' in answer


@pytest.mark.parametrize(("query", "told"), [("status=active", 0), ("tag=crew", 1), ("q=a", 1)])
def test_the_tabs_say_whose_numbers_they_show(
    desk: TestClient, people: dict[str, int], query: str, told: int
) -> None:
    assert desk.get(f"{LIST}?{query}").text.count("numbers are those of the whole list") == told


def test_all_who_fit_are_tagged_after_they_were_counted(
    desk: TestClient, hub: Hub, people: dict[str, int]
) -> None:
    path = f"{LIST}/tagging?language=fr&status=active"
    asked = desk.post(path, data={"tags": "New, vip", "action": "add"})
    assert "to 2 people?" in asked.text
    assert tagged(hub, "vip") == set()
    done = desk.post(path, data={"tags": "New, vip", "action": "add", "step": "do"})
    assert tagged(hub, "vip") == tagged(hub, "new") == {"ada", "bob"}
    after = desk.get(done.headers["location"]).text
    assert "2 people have “new, vip” now" in after
    back = re.search(rf'href="({LIST}/tagging[^"]*action=remove)"', after)
    assert back is not None
    desk.post(
        back[1].replace("&amp;", "&"), data={"tags": "new, vip", "action": "remove", "step": "do"}
    )
    assert tagged(hub, "vip") == tagged(hub, "new") == set()


def test_tagging_all_needs_a_tag_and_a_filter_that_can_be(
    desk: TestClient, hub: Hub, people: dict[str, int]
) -> None:
    answer = desk.post(f"{LIST}/tagging", data={"tags": " ", "step": "do"})
    assert answer.status_code == 400
    assert 'id="tags-error"' in answer.text
    form = {"tags": "vip", "step": "do"}
    assert desk.post(f"{LIST}/tagging?joined=yesterday", data=form).status_code == 400
    assert tagged(hub, "vip") == set()


def test_a_filter_is_kept_as_a_segment(desk: TestClient, hub: Hub, people: dict[str, int]) -> None:
    shown = desk.get(f"{LIST}?tag=crew&language=fr").text
    form = desk.get("/admin/newsletter/segments/new?language=fr&tags=crew").text
    assert "segments/new?language=fr&amp;tags=crew" in shown
    assert 'value="crew"' in form
    for query in ("tag=crew&status=bounced", "tag=crew&q=bob"):
        assert "segments/new?" not in desk.get(f"{LIST}?{query}").text


def test_those_who_fit_are_exported(desk: TestClient, people: dict[str, int]) -> None:
    page = desk.get(f"{LIST}/lists?language=fr&tag=crew").text
    assert '<input type="hidden" name="tag" value="crew">' in page
    answer = desk.get(f"{LIST}/export?format=csv&language=fr&tag=crew&status=")
    assert "bob@mail.test" in answer.text
    assert "ada@mail.test" not in answer.text
    assert desk.get(f"{LIST}/export?format=csv&joined=x").status_code == 404


def test_a_long_list_says_how_far_it_was_looked_through(
    desk: TestClient, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_store.page, "__kwdefaults__", {"after": None, "most": 1})
    first = desk.get(f"{LIST}?q=ma").text
    assert names(first) == ["cleo"]
    further = re.search(r'href="([^"]*)">Look further back', first)
    assert further is not None
    assert names(desk.get(further[1].replace("&amp;", "&")).text) == ["bob"]


def test_a_number_that_takes_long_is_shown_as_it_was_counted(
    desk: TestClient, hub: Hub, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_counts.shown, "__kwdefaults__", {"most": 0})
    desk.post("/admin/newsletter/segments/new", data={"name": "Crew", "tags": "crew"})
    desk.post("/admin/newsletter/segments/new", data={"name": "French", "language": "fr"})
    subscribe(hub, "dora@mail.test", language="fr")
    with hub.db.write() as tx:
        tagging.add(tx, [people["ada"]], ("crew",))
    page = desk.get("/admin/newsletter/segments").text
    assert "1 reader on " in page
    assert "3 readers now" in page
    desk.post("/admin/newsletter/segments/count")
    assert "2 readers on " in desk.get("/admin/newsletter/segments").text
    with hub.db.read() as tx:
        crew = segments.by_name(tx, "Crew")
    assert "2 readers on " in desk.get(f"/admin/newsletter/segments/{crew.id}").text


def test_no_link_makes_the_list_say_what_did_not_happen(
    desk: TestClient, people: dict[str, int]
) -> None:
    for query in ("tagged=add&people=x&with=a", "tagged=shout&people=3&with=a", "people=3"):
        assert "Remove it again" not in desk.get(f"{LIST}?{query}").text


@pytest.mark.parametrize("action", ["", "count"])
def test_a_topic_that_nobody_knows_is_no_segment(
    desk: TestClient, people: dict[str, int], action: str
) -> None:
    form = {"name": "Sailors", "action": action}
    path = "/admin/newsletter/segments/new"
    refused = desk.post(path, data={**form, "topics": "sea, saelors"})
    assert refused.status_code == 400
    assert "There is no topic “saelors”" in refused.text
    assert 'value="sea, saelors"' in refused.text
    # What only readers have, as an import brought it, is known too.
    assert desk.post(path, data={**form, "topics": "sea"}).status_code in (200, 303)
