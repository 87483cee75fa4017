"""The page of growth: charts with the numbers behind them."""

import pytest
from starlette.testclient import TestClient

from hub.admin import charts
from hub.audience import growth_store
from hub.audience.growth_store import Move
from hub.web.state import Hub

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
