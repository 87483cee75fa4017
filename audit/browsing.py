"""Every page in Chromium, narrow and wide, by day and by night: axe finds nothing, no request
leaves the site, nothing is wider than the window, nothing moves, no script complains."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Request,
    Route,
    ViewportSize,
    sync_playwright,
)
from playwright.sync_api import Page as Tab

from audit import tools
from audit.finding import Finding
from audit.shown import Page, Shown, shown, speaking

AXE, ORIGIN, LOOK = "axe", "origin", "look"
VERSION = "4.14.1"
WIDTHS = (390, 1280)
_SHIFT = """() => new Promise(done => {
  let sum = 0;
  const watch = new PerformanceObserver(list => {
    for (const shift of list.getEntries()) sum += shift.value;
  });
  watch.observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => setTimeout(() => done(sum), 50));
})"""
# A hundredth of what passes for good (web.dev/cls): less than a pixel of a line.
_SEEN = 0.001
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def findings(scratch: Path) -> Iterator[Finding]:
    """What is wrong with any page in any of the four views, and how many were looked at."""
    axe = (tools.npm(scratch, AXE + "-core", VERSION) / "axe.min.js").read_text(encoding="utf-8")
    executable = str(tools.chromium())
    with shown(scratch) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=tools.CHROMIUM_FLAGS)
        looked = 0
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                for page in site.pages:
                    with _tab(browser, site, page, width, scheme) as tab:
                        yield from _looked_at(tab, site, page, f"{width} px, {scheme}", axe)
                        looked += 1
        # French words are longer: where they fit on a telephone, they fit.
        with speaking(site, "fr"):
            for page in site.pages:
                with _tab(browser, site, page, WIDTHS[0], "light") as tab:
                    yield from _looked_at(tab, site, page, f"{WIDTHS[0]} px, French", axe)
                    looked += 1
        browser.close()
        yield Finding(LOOK, "all pages", f"{looked} views were looked at", grave=looked == 0)


@contextmanager
def _tab(browser: Browser, site: Shown, page: Page, width: int, scheme: str) -> Iterator[Tab]:
    context = browser.new_context(
        base_url=site.base,
        viewport=ViewportSize(width=width, height=844),
        color_scheme="dark" if scheme == "dark" else "light",
    )
    if page.desk:
        _bring_cookies(context, site)
    yield context.new_page()
    context.close()


def _bring_cookies(context: BrowserContext, site: Shown) -> None:
    for cookie in site.cookie.split("; "):
        name, _, value = cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": site.base}])


def _looked_at(tab: Tab, site: Shown, page: Page, view: str, axe: str) -> Iterator[Finding]:
    subject = f"{page.name} ({view})"
    strangers: list[str] = []
    complaints: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith((site.base + "/", "data:", "about:", "blob:")):
            strangers.append(request.url)

    tab.on("request", asked)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    _open(tab, site, page)
    yield from (Finding(ORIGIN, subject, f"asks for {url}", grave=True) for url in strangers)
    yield from (Finding(LOOK, subject, text, grave=True) for text in complaints)
    if (wider := tab.evaluate(_OVERFLOW)) > 0:
        yield Finding(LOOK, subject, f"is {wider} px wider than its window", grave=True)
    if (shift := tab.evaluate(_SHIFT)) >= _SEEN:
        yield Finding(LOOK, subject, f"moves while it loads (CLS {shift:.3f})", grave=True)
    tab.evaluate(axe)
    result = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
    yield from (of_violation(subject, violation) for violation in result["violations"])


def _open(tab: Tab, site: Shown, page: Page) -> None:
    """Go there; a form is sent as if its button had been pressed."""
    if page.form is not None:
        body = urlencode(page.form)

        def send(route: Route) -> None:
            route.continue_(
                method="POST",
                post_data=body,
                headers={
                    **route.request.headers,
                    "content-type": "application/x-www-form-urlencoded",
                },
            )

        tab.route(site.base + page.path, send, times=1)
    tab.goto(page.path, wait_until="load")


def of_violation(subject: str, violation: dict[str, Any]) -> Finding:
    """What one of axe's violations says about a page."""
    places = [" ".join(map(str, node["target"])) for node in violation["nodes"]]
    shown_places = " | ".join(places[:3])
    return Finding(
        AXE, subject, f"{violation['id']}: {violation['help']} ({shown_places})", grave=True
    )
