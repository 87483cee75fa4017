"""The accent is readable whatever the owner chose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.site import colours
from hub.site.colours import contrast

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
# Every ground that the themes of the hub put under links: paper, raised paper, wash.
LIGHT = ("#ffffff", "#fdfcf9", "#f4f1ea", "#f5f6f8", "#e8ebf0")
DARK = ("#171613", "#22201c", "#1c1a17", "#10131a", "#1b202b", "#171b24")


@given(COLOURS)
def test_links_and_buttons_can_be_read_by_day(colour: str) -> None:
    tones = colours.by_day(colour)
    for ground in (*LIGHT, tones.wash):
        assert contrast(tones.accent, ground) >= 4.5
        assert contrast(tones.strong, ground) >= 4.5
    assert contrast(tones.on_accent, tones.accent) >= 4.5
    assert contrast(tones.on_accent, tones.strong) >= 4.5


@given(COLOURS)
def test_links_and_buttons_can_be_read_by_night(colour: str) -> None:
    tones = colours.by_night(colour)
    for ground in (*DARK, tones.wash):
        assert contrast(tones.accent, ground) >= 4.5
        assert contrast(tones.strong, ground) >= 4.5
    assert contrast(tones.on_accent, tones.accent) >= 4.5
    assert contrast(tones.on_accent, tones.strong) >= 4.5


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert colours.by_day("#0b5f50").accent == "#0b5f50"
    assert colours.by_night("#7cd0b7").accent == "#7cd0b7"


@pytest.mark.parametrize("colour", ["#ffff00", "#00ffff", "#ff69b4"])
def test_the_hue_stays(colour: str) -> None:
    found = colours.by_day(colour).accent
    most = max(range(3), key=lambda n: int(colour[1 + 2 * n : 3 + 2 * n], 16))
    assert max(int(found[n : n + 2], 16) for n in (1, 3, 5)) == int(
        found[1 + 2 * most : 3 + 2 * most], 16
    )


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
