"""What stands about an article in its editor: the cover, what is refused, and without script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, StorageState

from tests.browser.test_writing import context, editor, session, url, wait
from tests.content.conftest import picture

__all__ = ["context", "editor", "session", "url"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUAY = FilePayload(name="quay.png", mimeType="image/png", buffer=picture("PNG"))
# How much of what has the cursor is in sight, with nothing on it.
IN_SIGHT = """() => {
  const focused = document.activeElement;
  const { left, top, width, height } = focused.getBoundingClientRect();
  const shares = [0.1, 0.3, 0.5, 0.7, 0.9];
  const points = shares.flatMap((x) => shares.map((y) => [left + width * x, top + height * y]));
  return points.filter(([x, y]) => {
    const there = document.elementFromPoint(x, y);
    return there && (focused.contains(there) || there.contains(focused));
  }).length / points.length;
}"""


@pytest.fixture
def unscripted(chromium: Browser, url: str, session: StorageState) -> Iterator[Page]:
    context = chromium.new_context(base_url=url, java_script_enabled=False, storage_state=session)
    yield context.new_page()
    context.close()


def test_without_script_a_cover_comes_and_back_makes_no_second_article(unscripted: Page) -> None:
    unscripted.goto("/admin/posts/new")
    place = unscripted.url
    unscripted.fill("#title", "Without script")
    unscripted.click("#cover-field > summary")
    unscripted.set_input_files("#cover_file", QUAY)
    unscripted.click("button[value=publish]")
    made = unscripted.url.partition("?")[0]
    assert unscripted.input_value("#cover").startswith("/media/")
    unscripted.go_back()
    unscripted.click("button[value=save]")
    assert unscripted.url.partition("?")[0] == made
    unscripted.goto(place)
    assert unscripted.url == made


def test_a_cover_is_dropped_or_chosen_and_kept_with_the_words(
    context: BrowserContext, editor: Page
) -> None:
    editor.evaluate(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "quay.png", { type: "image/png" }));
          document.getElementById("cover-field").dispatchEvent(
            new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        list(picture("PNG")),
    )
    wait(lambda: editor.input_value("#cover").startswith("/media/"))
    wait(lambda: editor.inner_text("#writing-state").startswith("Kept at"))
    address = editor.input_value("#cover")
    other = context.new_page()
    other.goto("/admin/posts/new")
    other.click("#cover-field > summary")
    other.click("#cover-field details > summary")
    other.check(f"input[value='{address}']")
    assert other.input_value("#cover") == address
    other.wait_for_selector(f"#cover-shown img[src='{address}']")
    other.fill("#title", "Chosen")
    other.click("button[value=save]")
    other.wait_for_url("**done=saved")
    assert other.input_value("#cover") == address


@pytest.mark.parametrize(("width", "height"), [(1280, 700), (390, 700)])
def test_what_is_refused_has_the_cursor_and_nothing_stands_on_it(
    editor: Page, width: int, height: int
) -> None:
    editor.set_viewport_size({"width": width, "height": height})
    editor.fill("#markdown", "Words.\n\n" * 60)
    editor.evaluate("document.getElementById('translation_of').value = 'nowhere'")
    editor.click("button[value=save]")
    editor.wait_for_selector("#translation_of-error")
    assert editor.evaluate("document.activeElement.id") == "translation_of"
    assert editor.evaluate(IN_SIGHT) == 1
    for _ in range(30):
        editor.keyboard.press("Shift+Tab")
        # Before the first there is none.
        if editor.evaluate("document.activeElement === document.body"):
            break
        assert editor.evaluate(IN_SIGHT) > 0.5, editor.evaluate("document.activeElement.outerHTML")
