"""Draws a card (hub/content/cards.py) with Pillow: the title large, under it whose it is."""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from hub.content import card_fonts
from hub.content.card_fonts import Setting
from hub.content.cards import HEIGHT, WIDTH, Card

_INK, _SOFT, _PAPER = "#1d1b18", "#5a554c", "#fdfcf9"
_MARGIN, _BAR = 84, 18
_ROOM = WIDTH - 2 * _MARGIN
# From the top of the title to where the line of the site begins.
_TITLE_TOP, _FOOT = 96, 498
_SIZES = range(88, 39, -4)
_LEADING = 1.2
_NAME_SIZE, _HOST_SIZE = 38, 28
_LOGO = (360, 72)


def draw(card: Card, media: Path) -> bytes:
    """The card as a PNG of WIDTH × HEIGHT; `media` is where the logo's file lies."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, WIDTH, _BAR), fill=card.accent)
    canvas.rectangle((0, _FOOT, WIDTH, HEIGHT), fill=card.wash)
    large = card_fonts.fitting(card.title or card.name)
    if large is None:
        # Nothing here can write this: whose it is must do.
        large = card_fonts.fitting(card.name) or card_fonts.fitting(card.host)
    if large is not None:
        _write_title(canvas, large, card.right_to_left)
    _write_foot(image, canvas, card, media)
    out = io.BytesIO()
    # A flat drawing: 64 colours are more than its eye can tell, and a third of the bytes.
    flat = image if card.logo else image.quantize(64, dither=Image.Dither.NONE)
    flat.save(out, "PNG", optimize=True)
    return out.getvalue()


def _write_title(canvas: ImageDraw.ImageDraw, title: Setting, right_to_left: bool) -> None:
    """As large as it fits between bar and foot; at the smallest size its end is left out."""
    for size in _SIZES:
        lines = _lines(title, size)
        most = int((_FOOT - _TITLE_TOP - 24) // (size * _LEADING))
        if len(lines) <= most:
            break
    else:
        lines = [*lines[: most - 1], _cut(title, size, " ".join(lines[most - 1 :]))]
    font = title.font(size)
    top = float(_TITLE_TOP)
    for line in lines:
        _write(canvas, line, font, top, _INK, right_to_left)
        top += size * _LEADING


def _write_foot(image: Image.Image, canvas: ImageDraw.ImageDraw, card: Card, media: Path) -> None:
    """The logo or the name on the side where reading begins, the address on the other."""
    middle = (_FOOT + HEIGHT) // 2
    logo = _logo(media, card.logo)
    name = card_fonts.fitting(card.name) if card.title else None
    if logo is not None:
        x = WIDTH - _MARGIN - logo.width if card.right_to_left else _MARGIN
        image.paste(logo, (x, middle - logo.height // 2), logo)
    elif name is not None:
        text = _cut(name, _NAME_SIZE, name.text, room=_ROOM * 2 // 3)
        x = WIDTH - _MARGIN if card.right_to_left else _MARGIN
        anchor = "rm" if card.right_to_left else "lm"
        canvas.text((x, middle), text, card.accent, name.font(_NAME_SIZE), anchor)
    host = card_fonts.fitting(card.host)
    if host is not None:
        begins = logo is None and name is None
        left = begins is not card.right_to_left
        text = _cut(host, _HOST_SIZE, host.text, room=_ROOM // 3 if not begins else _ROOM)
        x, anchor = (_MARGIN, "lm") if left else (WIDTH - _MARGIN, "rm")
        canvas.text((x, middle), text, _SOFT, host.font(_HOST_SIZE), anchor)


def _write(
    canvas: ImageDraw.ImageDraw,
    line: str,
    font: card_fonts.Font,
    top: float,
    colour: str,
    right_to_left: bool,
) -> None:
    if right_to_left:
        canvas.text((WIDTH - _MARGIN, top), line, colour, font, "ra")
    else:
        canvas.text((_MARGIN, top), line, colour, font, "la")


def _lines(title: Setting, size: int) -> list[str]:
    """The words in lines no wider than the room; a word that is wider is broken."""
    font = title.font(size)
    lines: list[str] = []
    line = ""
    for word in title.text.split(" "):
        longer = f"{line} {word}" if line else word
        if font.getlength(longer) <= _ROOM:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while font.getlength(line) > _ROOM:
            fits = _fits(font, line, _ROOM)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line]


def _cut(setting: Setting, size: int, text: str, *, room: int = _ROOM) -> str:
    """The text, or its beginning and three dots when it is wider than the room."""
    font = setting.font(size)
    if font.getlength(text) <= room:
        return text
    return text[: _fits(font, text, room - int(font.getlength("...")))].rstrip() + "..."


def _fits(font: card_fonts.Font, text: str, room: int) -> int:
    """How many characters fit, one at least."""
    least, most = 1, len(text)
    while least < most:
        middle = (least + most + 1) // 2
        if font.getlength(text[:middle]) <= room:
            least = middle
        else:
            most = middle - 1
    return least


def _logo(media: Path, path: str) -> Image.Image | None:
    file = (media / path).resolve()
    if not path or not file.is_relative_to(media.resolve()):
        return None
    try:
        with Image.open(file) as found:
            found.draft("RGB", (2 * _LOGO[0], 2 * _LOGO[1]))
            picture = ImageOps.exif_transpose(found).convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None  # gone or broken: the name stands in
    return ImageOps.contain(picture, _LOGO)
