"""`make pictures`: the pictures in docs/, taken by Chromium of the filled demonstration hub."""

import io
import re
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from bench.measure import free_port, hub, program, run
from demo.__main__ import OWNER, choose_theme, fill

TARGET = Path(__file__).parents[1] / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
WIDE, NARROW, LETTER = (1280, 900), (390, 844), (600, 900)


def main() -> None:
    """Fill a hub, look at it, and write one PNG for each view."""
    if not Path(CHROMIUM).exists():
        sys.exit("The pictures need Chromium: apt-get install chromium fonts-dejavu-core")
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hub-pictures-") as folder:
        data, port = Path(folder) / "data", free_port()
        password = fill(data, port=port)
        base = f"http://127.0.0.1:{port}"
        with (
            program(hub(data, "serve", f"--port={port}"), port=port),
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            take(browser, data, base, password)
            browser.close()


def take(browser: Browser, data: Path, base: str, password: str) -> None:
    """Every picture of the docs."""
    article = _first_article(base)
    for scheme in ("light", "dark"):
        for size in (WIDE, NARROW):
            with _page(browser, size, scheme) as page:
                _shoot(page, base, f"home-{size[0]}-{scheme}")
                _shoot(page, base + article, f"article-{size[0]}-{scheme}")
                _log_in(page, base, password)
                _shoot(page, f"{base}/admin", f"desk-{size[0]}-{scheme}")
                _shoot(page, f"{base}/admin/posts", f"desk-posts-{size[0]}-{scheme}")
        for size in (LETTER, NARROW):
            with _page(browser, size, scheme) as page:
                _shoot_mail(page, _newest_mail(data), f"digest-{size[0]}-{scheme}")
    with _page(browser, LETTER, "light") as page:
        # As mail programs show it until its reader asks for the pictures.
        page.route("**/media/**", lambda route: route.abort())
        _shoot_mail(page, _newest_mail(data), f"digest-{LETTER[0]}-no-pictures")
    run(data, "newsletter", "test", OWNER, "--stream=each")
    with _page(browser, LETTER, "light") as page:
        _shoot_mail(page, _newest_mail(data), f"mail-article-{LETTER[0]}")
    choose_theme(data, "workshop")
    for size in (WIDE, NARROW):
        with _page(browser, size, "light") as page:
            _shoot(page, base, f"workshop-home-{size[0]}")
            _shoot(page, base + article, f"workshop-article-{size[0]}")


@contextmanager
def _page(browser: Browser, size: tuple[int, int], scheme: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    yield context.new_page()
    context.close()


def _shoot(page: Page, url: str, name: str) -> None:
    page.goto(url)
    _keep(page.screenshot(), name)


def _keep(png: bytes, name: str) -> None:
    """A picture of 256 colours is a third as large, and nobody sees it."""
    with Image.open(io.BytesIO(png)) as found:
        small = found.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        small.save(TARGET / f"{name}.png", optimize=True)


def _log_in(page: Page, base: str, password: str) -> None:
    page.goto(f"{base}/admin/login")
    page.fill("input[name=email]", OWNER)
    page.fill("input[name=password]", password)
    page.click("main form button")


def _first_article(base: str) -> str:
    with urllib.request.urlopen(base) as answer:
        found = re.search(r'href="[^"]*(/posts/[^"]+)"', answer.read().decode())
    if found is None:
        raise RuntimeError("the home page lists no article")
    return found[1]


def _shoot_mail(page: Page, html: str, name: str) -> None:
    page.set_content(html, wait_until="networkidle")
    _keep(page.screenshot(full_page=True), name)


def _newest_mail(data: Path) -> str:
    """The HTML of the newest mail in the outbox."""
    newest = max((data / "outbox").glob("*.eml"))
    message = message_from_bytes(newest.read_bytes(), policy=policy.default)
    body = message.get_body(("html",))
    if body is None:
        raise RuntimeError(f"{newest.name} has no HTML part")
    return str(body.get_content())


if __name__ == "__main__":
    main()
