"""The page of numbers: charts with the tables behind them, read without colour."""

import pytest
from starlette.testclient import TestClient

from hub.admin import charts
from hub.admin.charts import Row
from hub.audience import growth_store, invitations, membership, store
from hub.audience.growth_store import Move
from hub.newsletter.returns import store as returns
from hub.web.state import Hub
from tests.newsletter.cast import send_out, subscribe

PATH = "/admin/numbers"


@pytest.mark.parametrize(
    ("number", "top"),
    [(0, 1), (1, 1), (2, 2), (3, 4), (7, 10), (11, 20), (61, 100), (1_001, 2_000)],
)
def test_an_axis_ends_at_an_even_number(number: int, top: int) -> None:
    assert charts.ceiling(number) == top


def test_a_bar_is_as_high_as_its_share() -> None:
    chart = charts.bars([("a", 0), ("b", 5), ("c", 10)])
    room = chart.bottom - chart.grid[-1].y
    assert [bar.height / room for bar in chart.bars] == [0, 0.5, 1]
    assert [line.number for line in chart.grid] == [0, 5, 10]
    assert (chart.total, [label.text for label in chart.labels]) == (15, ["a", "c"])
    assert all(bar.x + bar.width <= chart.width for bar in chart.bars)


@pytest.mark.parametrize("rows", [[], [("a", 0)], [("a", 1)]])
def test_little_can_be_drawn_too(rows: list[tuple[str, int]]) -> None:
    assert charts.bars(rows).total == sum(number for _, number in rows)


@pytest.mark.parametrize("span", ["month", "quarter", "year", "nonsense"])
def test_every_chart_has_its_numbers_behind_it(desk: TestClient, hub: Hub, span: str) -> None:
    today = str(hub.now().date())
    with hub.db.write() as tx:
        growth_store.count_many(
            tx,
            [Move(today, "confirmed", "form", 4_711), Move(today, "imported", "<b>.csv", 3)],
        )
    page = desk.get(f"{PATH}?span={span}").text
    assert page.count("<svg") == page.count("<table") == 3
    assert "<td>4,711</td>" in page
    assert "&lt;b&gt;.csv" in page
    assert "style=" not in page


def test_one_source_is_looked_at_alone(desk: TestClient, hub: Hub) -> None:
    today = str(hub.now().date())
    with hub.db.write() as tx:
        growth_store.count_many(
            tx, [Move(today, "confirmed", "form", 11), Move(today, "confirmed", "invite q", 22)]
        )
    page = desk.get(f"{PATH}?source=invite%20q").text
    assert 'class="chart-total">22<' in page
    assert desk.get(f"{PATH}?source=%00nowhere").status_code == 200


def test_a_part_on_top_is_drawn_apart_and_counted() -> None:
    chart = charts.stacked([("a", Row("a", 6, 2)), ("b", Row("b", 3))])
    first, second = chart.bars
    assert (first.number, second.number) == (8, 3)
    assert first.upper / first.height == pytest.approx(1 / 4, abs=0.01)
    assert (second.upper, chart.total, chart.most.name) == (0, 11, "a")


def test_over_many_bars_the_highest_alone_is_named() -> None:
    chart = charts.bars([(str(n), n) for n in range(1, 31)])
    assert [bar.number for bar in chart.bars if bar.number] == [30]


def test_the_longest_bars_are_drawn_and_all_are_in_the_table() -> None:
    chart = charts.ranked([("x" * 60, 10), ("b", 5), ("c", 1)], most=2)
    assert [(len(bar.title), bar.number) for bar in chart.bars] == [(44, 10), (1, 5)]
    assert chart.bars[1].width == chart.bars[0].width / 2
    assert (len(chart.rows), chart.total) == (3, 16)


def test_editions_say_what_was_accepted_and_what_failed(desk: TestClient, hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    edition_id = send_out(hub)
    with hub.db.write() as tx:
        tx.execute("UPDATE edition_counts SET accepted = 41, failed = 7, unknown = 2")
    page = desk.get(PATH).text
    assert "<td>41</td><td>9</td>" in page
    assert ">Ropes</text>" in page
    assert 'fill="url(#of-editions-hatched)"' in page
    assert f"/admin/newsletter/{edition_id}" in desk.get("/admin/newsletter/past").text


def test_what_came_back_is_counted_by_kind_and_domain_and_kept(desk: TestClient, hub: Hub) -> None:
    person = subscribe(hub, "a@Slow.test")
    for number, kind in enumerate(("hard", "soft", "soft", "lifted")):
        for _ in range(2):
            with hub.db.write() as tx:
                returns.add(
                    tx,
                    event_id=f"event {number}",
                    subscriber_id=person,
                    edition_id=None,
                    kind=kind,
                    code="",
                    text="",
                    source="dsn",
                    now=hub.now(),
                )
    page = desk.get(PATH).text
    assert "<td>2</td>" in page.partition('id="by-kind-title"')[2]
    assert "slow.test</th><td>3</td>" in page
    with hub.db.write() as tx:
        found = store.get(tx, person)
        assert found is not None
        membership.erase(tx, found, now=hub.now())
    page = desk.get(PATH).text
    assert 'Refused or come back <span class="chart-total">3<' in page
    assert "slow.test" not in page


def test_the_old_address_leads_here(desk: TestClient) -> None:
    answer = desk.get("/admin/subscribers/growth?span=year")
    assert (answer.status_code, answer.headers["location"]) == (308, f"{PATH}?span=year")


def test_an_invitation_is_called_by_its_name(hub: Hub, desk: TestClient) -> None:
    now = hub.now()
    typed = invitations.Typed(kind="personal", name="Zoe")
    with hub.db.write() as tx:
        wanted = invitations.checked(typed, timezone="UTC", now=now)
        made = invitations.make(tx, wanted, new_code=lambda: "zayj9r639bka", now=now)
        growth_store.count_many(tx, [Move(str(now.date()), "confirmed", made.source, 120_000)])
    page = desk.get(PATH).text
    assert "the invitation “Zoe”" in page
    # The axis has room for few letters.
    assert ">200K</text>" in page
