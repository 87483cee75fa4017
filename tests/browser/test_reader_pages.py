"""Readers' pages in a real browser: what they fetch, what they set, and that nothing moves."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.conftest import Owner, free_port, serving, set_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ARTICLE = """---
title: What the water says
language: en
cover: photo.png
topics: [sea]
authors: [Ada]
---

Twice a day the water comes, and nobody has asked it to.

![The quay](photo.png "The quay at low water")

{words}

![Another](second.png)

A [link to another site](https://elsewhere.invalid/) is followed only when it is pressed.
"""
FRENCH = """---
title: Ce que dit l’eau
language: fr
translation_of: what-the-water-says
---

![Le quai](photo.png)

L’eau vient deux fois par jour.
"""
PATHS = (
    "/",
    "/posts/what-the-water-says",
    "/posts/ce-que-dit-l-eau",
    "/topics/sea",
    "/authors/ada",
    "/archive",
    "/search?q=water",
    "/newsletter",
    "/subscribe",
    "/nowhere",
)
# How much moved after it was drawn, of what nobody pressed for (web.dev/cls).
_WATCH = """
  window.moved = 0; window.blocked = [];
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  addEventListener("securitypolicyviolation", e => window.blocked.push(e.violatedDirective));
"""
_SCROLL = """
  async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 300) {
      scrollTo(0, y); await new Promise(done => requestAnimationFrame(done));
    }
    await Promise.all([...document.images].map(i => i.decode().catch(() => {})));
  }
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a hub with two articles, their pictures, and nothing else."""
    folder = tmp_path_factory.mktemp("reading")
    owner = Owner(folder / "data", {"HUB_SMTP": "outbox", "HUB_BASE_URL": "", "HUB_DATABASE": ""})
    port = free_port()
    set_up(owner, f"http://127.0.0.1:{port}")
    blog = folder / "blog"
    blog.mkdir()
    for name, size in (("photo", (1600, 1000)), ("second", (1000, 700))):
        (blog / f"{name}.png").write_bytes(_picture(size))
    words = "\n\n".join("The harbour is quiet in the morning. " * 12 for _ in range(12))
    _write(blog, "what-the-water-says", ARTICLE.format(words=words))
    _write(blog, "ce-que-dit-l-eau", FRENCH)
    assert owner.json("import", str(blog))["new"] == 2
    with serving(owner, port, "--no-worker"):
        yield f"http://127.0.0.1:{port}"


def _write(blog: Path, name: str, text: str) -> None:
    (blog / f"{name}.md").write_text(text, encoding="utf-8")


def _picture(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(params=[(1280, 1), (390, 2)], ids=["wide", "narrow"])
def context(
    request: pytest.FixtureRequest, chromium: Browser, filled: str
) -> Iterator[BrowserContext]:
    width, density = request.param
    visit = chromium.new_context(
        base_url=filled,
        viewport={"width": width, "height": 844},
        device_scale_factor=density,
    )
    visit.add_init_script(_WATCH)
    yield visit
    visit.close()


@pytest.mark.parametrize("path", PATHS)
def test_nothing_leaves_nothing_is_set_nothing_is_blocked(
    context: BrowserContext, filled: str, path: str
) -> None:
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.on("console", lambda line: said.append(line.text))
    answer = page.goto(path)
    assert answer is not None
    page.evaluate(_SCROLL)
    assert asked
    assert [url for url in asked if not url.startswith(f"{filled}/")] == []
    assert context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    # JSON-LD is data: the policy that forbids inline scripts has nothing to say of it.
    assert page.evaluate("window.blocked") == []
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    # Chromium says that about the status of a page that is not there.
    assert [line for line in said if "404" not in line] == []
    data = page.locator('head script[type="application/ld+json"]').count()
    assert data == (0 if path.startswith(("/search", "/nowhere")) else 1)


def test_a_script_that_runs_would_be_blocked(context: BrowserContext) -> None:
    """What the last test relies on: the browser does report what the policy forbids."""
    page = context.new_page()
    page.goto("/")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))"
    )
    assert page.evaluate("window.blocked") == ["script-src-elem"]


@pytest.mark.parametrize("path", ["/", "/posts/what-the-water-says", "/posts/ce-que-dit-l-eau"])
def test_pictures_come_in_the_width_of_the_window_and_move_nothing(
    context: BrowserContext, path: str
) -> None:
    page = context.new_page()
    page.goto(path)
    page.evaluate(_SCROLL)
    shown = page.evaluate(
        "[...document.images].map(i => [i.currentSrc, i.naturalWidth, i.clientWidth,"
        " i.getAttribute('width'), i.getAttribute('height')])"
    )
    assert shown
    for source, natural, laid_out, width, height in shown:
        assert source.endswith(".webp")
        assert natural > 0
        assert laid_out > 0
        assert width
        assert height
    # A part of a pixel that no eye sees is rounding.
    assert page.evaluate("window.moved") < 0.001


def test_a_telephone_fetches_less_than_the_original(chromium: Browser, filled: str) -> None:
    page = chromium.new_page(base_url=filled, viewport={"width": 390, "height": 844})
    page.goto("/posts/what-the-water-says")
    page.evaluate(_SCROLL)
    widths = page.evaluate("[...document.images].map(i => i.currentSrc.split('/').pop())")
    page.close()
    assert set(widths) == {"480.webp"}


def test_the_languages_lead_to_each_other(context: BrowserContext) -> None:
    page: Page = context.new_page()
    page.goto("/posts/what-the-water-says")
    page.click("text=Lire en français")
    assert page.url.endswith("/posts/ce-que-dit-l-eau")
    page.click("text=Read in English")
    assert page.url.endswith("/posts/what-the-water-says")
