"""Writing in a real browser: no word is lost, whatever happens."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, StorageState

from tests.browser.test_browser_journeys import log_in
from tests.content.conftest import picture
from tests.journeys.conftest import Owner, free_port, serving, set_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXT = "#markdown"
STATE = "#writing-state"


# One hub for all: each test has a browser of its own, and articles of its own.
@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = {"HUB_SMTP": "outbox", "HUB_BASE_URL": "", "HUB_DATABASE": ""}
    owner = Owner(tmp_path_factory.mktemp("writing") / "data", environment)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    set_up(owner, url)
    with serving(owner, port):
        yield url


@pytest.fixture(scope="module")
def session(chromium: Browser, url: str) -> StorageState:
    """What a browser holds in which the owner logged in."""
    context = chromium.new_context(base_url=url)
    log_in(context.new_page())
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def context(chromium: Browser, url: str, session: StorageState) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        base_url=url,
        viewport={"width": 1280, "height": 844},
        locale="en-GB",
        storage_state=session,
    )
    yield context
    context.close()


@pytest.fixture
def editor(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/admin/posts/new")
    page.fill("#title", "Tides")
    page.click(TEXT)
    return page


def wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def kept(page: Page) -> None:
    wait(lambda: page.inner_text(STATE).startswith("Kept at"))


def test_after_a_crash_the_words_are_there(context: BrowserContext, editor: Page) -> None:
    editor.keyboard.type("Low water at six.")
    kept(editor)
    # As a crash does: no event tells the page.
    editor.goto("about:blank")
    other = context.new_page()
    other.goto("/admin/posts")
    other.click("text=Go on with it")
    assert other.input_value(TEXT) == "Low water at six."


def test_without_a_connection_the_browser_keeps_them(context: BrowserContext, editor: Page) -> None:
    context.set_offline(True)
    editor.keyboard.type("Written at sea.")
    wait(lambda: "No connection" in editor.inner_text(STATE))
    context.set_offline(False)
    other = context.new_page()
    other.goto("/admin/posts/new")
    other.click("text=Take them")
    assert other.input_value(TEXT) == "Written at sea."
    kept(other)


def test_when_the_session_ends_they_stay(context: BrowserContext, editor: Page) -> None:
    context.clear_cookies()
    editor.keyboard.type("Still here.")
    wait(lambda: "logged out" in editor.inner_text(STATE))
    log_in(context.new_page())
    editor.click("button[value=save]")
    editor.wait_for_url("**/admin/posts/*done=saved")
    assert editor.input_value(TEXT) == "Still here."
    # Saved is saved: nothing is offered again.
    assert editor.locator("text=Take them").count() == 0


def test_of_two_pages_both_texts_are_kept(context: BrowserContext, editor: Page) -> None:
    editor.keyboard.type("One.")
    editor.click("button[value=save]")
    editor.wait_for_url("**/admin/posts/*done=saved")
    second = context.new_page()
    second.goto(editor.url)
    second.fill(TEXT, "Two.")
    second.click("button[value=save]")
    second.wait_for_url("**done=saved")
    editor.fill(TEXT, "Three.")
    wait(lambda: "meanwhile" in editor.inner_text(STATE))
    editor.click("button[value=save]")
    editor.wait_for_selector("#their-text")
    assert editor.input_value("#their-text").strip() == "Two."
    assert editor.input_value(TEXT) == "Three."


MARKS = {
    "heading": "## one\n## two",
    "list": "- one\n- two",
    "numbers": "1. one\n2. two",
    "quote": "> one\n> two",
    "code": "```\none\ntwo\n```",
    "footnote": "one\ntwo[^1]\n\n[^1]: note",
}


def test_marks_come_go_and_can_be_undone(editor: Page) -> None:
    for action, expected in MARKS.items():
        editor.fill(TEXT, "one\ntwo")
        editor.keyboard.press("Control+a")
        editor.click(f"[data-action={action}]")
        assert editor.input_value(TEXT) == expected
    editor.fill(TEXT, "high tide")
    editor.keyboard.press("Shift+Control+ArrowLeft")
    editor.keyboard.press("Control+b")
    assert editor.input_value(TEXT) == "high **tide**"
    editor.keyboard.press("Control+b")
    assert editor.input_value(TEXT) == "high tide"
    editor.keyboard.press("Control+z")
    assert editor.input_value(TEXT) == "high **tide**"


def test_pictures_come_by_paste_and_the_article_stands_beside(editor: Page) -> None:
    editor.click("#beside-button")
    editor.evaluate(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "quay.png", { type: "image/png" }));
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
          document.getElementById("markdown").dispatchEvent(event);
        }""",
        list(picture("PNG")),
    )
    wait(lambda: "/media/" in editor.input_value(TEXT))
    # What it shows is typed where the cursor is.
    editor.keyboard.type("A quay")
    assert editor.input_value(TEXT).startswith("![A quay](/media/")
    editor.frame_locator("#beside").locator("img[alt='A quay']").wait_for()


def drop(page: Page, *names: str) -> None:
    page.evaluate(
        """([bytes, names]) => {
          const data = new DataTransfer();
          for (const name of names) {
            const part = name.startsWith("broken") ? "no picture" : new Uint8Array(bytes);
            data.items.add(new File([part], name, { type: "image/png" }));
          }
          document.getElementById("markdown").dispatchEvent(
            new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        [list(picture("PNG")), list(names)],
    )


def test_several_pictures_are_taken_and_none_breaks_a_line(editor: Page) -> None:
    editor.keyboard.type("One tide.\n\nTwo tides.")
    editor.evaluate("document.getElementById('markdown').setSelectionRange(4, 4)")
    bytes_ = picture("PNG")
    with editor.expect_file_chooser() as chooser:
        editor.click("[data-action=picture]")
    chooser.value.set_files(
        [FilePayload(name=name, mimeType="image/png", buffer=bytes_) for name in ("a.png", "b.png")]
    )
    wait(lambda: editor.input_value(TEXT).count("](/media/") == 2)
    # The cursor is where the words go of what the first one shows; the next comes behind it.
    editor.keyboard.type("A quay")
    drop(editor, "c.png")
    wait(lambda: editor.input_value(TEXT).count("](/media/") == 3)
    wait(lambda: "2 pictures have no" in editor.inner_text("#undescribed"))
    blocks = editor.input_value(TEXT).split("\n\n")
    assert [blocks[0], blocks[-1]] == ["One tide.", "Two tides."]
    assert all(block.startswith("![") and block.endswith(")") for block in blocks[1:-1])
    assert blocks[1].startswith("![A quay](")


def test_a_save_that_never_arrived_is_not_taken_for_one_that_did(
    context: BrowserContext, editor: Page
) -> None:
    editor.keyboard.type("Saved.")
    editor.click("button[value=save]")
    editor.wait_for_url("**done=saved")
    saved = editor.url
    editor.click("#markdown")
    editor.keyboard.press("Control+End")
    context.set_offline(True)
    editor.keyboard.type(" And this.")
    wait(lambda: "No connection" in editor.inner_text(STATE))
    with editor.expect_event("requestfailed"):
        editor.click("button[value=save]", no_wait_after=True)
    context.set_offline(False)
    back = context.new_page()
    back.goto(saved)
    back.click("text=Take them")
    assert back.input_value(TEXT) == "Saved. And this."


def test_taking_kept_words_can_be_taken_back(context: BrowserContext, editor: Page) -> None:
    context.set_offline(True)
    editor.keyboard.type("Written at sea.")
    wait(lambda: "No connection" in editor.inner_text(STATE))
    context.set_offline(False)
    other = context.new_page()
    other.goto("/admin/posts/new")
    other.fill(TEXT, "Written ashore.")
    other.click("text=Take them")
    assert other.input_value(TEXT) == "Written at sea."
    other.click("text=Take them")
    assert other.input_value(TEXT) == "Written ashore."


PICTURES = "#pictures-state"


def test_pictures_that_are_not_taken_are_named(context: BrowserContext, editor: Page) -> None:
    drop(editor, "good.png", "broken.png")
    wait(lambda: "broken.png: This is not a picture" in editor.inner_text(PICTURES))
    # Keeping what is typed says so elsewhere.
    kept(editor)
    assert "broken.png" in editor.inner_text(PICTURES)
    assert editor.input_value(TEXT).count("](/media/") == 1
    editor.evaluate("document.getElementById('writing').dataset.largest = '50'")
    drop(editor, "large.png")
    wait(lambda: "large.png is too large" in editor.inner_text(PICTURES))
    editor.evaluate("document.getElementById('writing').dataset.largest = '20000000'")
    context.set_offline(True)
    drop(editor, "late.png")
    wait(lambda: "No connection: late.png" in editor.inner_text(PICTURES))
    context.set_offline(False)
    context.clear_cookies()
    drop(editor, "out.png")
    wait(lambda: "logged out" in editor.inner_text(PICTURES))


def test_a_text_that_is_too_long_is_held_back_with_the_reason(editor: Page) -> None:
    editor.keyboard.type("Kept.")
    kept(editor)
    editor.evaluate("document.getElementById('writing').dataset.most = '20'")
    editor.keyboard.type(" And far too long.")
    wait(lambda: "too long" in editor.inner_text(STATE))
    assert "kept in this browser" in editor.inner_text(STATE)
    # A browser without room is not said to keep it, and asks before the words are left.
    editor.evaluate("void (Storage.prototype.setItem = () => { throw new Error('full'); })")
    editor.keyboard.press("Control+s")
    wait(lambda: "on this page only" in editor.inner_text(STATE))
    with editor.expect_event("dialog") as asked:
        editor.evaluate("setTimeout(() => location.assign('/admin'))")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    assert editor.input_value(TEXT) == "Kept. And far too long."


def test_the_key_saves_and_the_cursor_stays(editor: Page) -> None:
    editor.keyboard.type("Low water.")
    editor.evaluate("document.getElementById('markdown').setSelectionRange(3, 3)")
    editor.keyboard.press("Control+s")
    editor.wait_for_url("**done=saved")
    wait(lambda: editor.evaluate("document.activeElement.id") == "markdown")
    editor.keyboard.type("er")
    assert editor.input_value(TEXT) == "Lower water."


def test_back_on_the_page_of_a_new_article_goes_on_with_it(
    context: BrowserContext, editor: Page
) -> None:
    editor.keyboard.type("One.")
    editor.click("button[value=publish]")
    editor.wait_for_url("**done=published")
    saved = editor.url
    editor.wait_for_selector("[role=toolbar]:not([hidden])")
    editor.go_back()
    wait(lambda: editor.input_value(TEXT) == "One.")
    editor.wait_for_selector("[role=toolbar]:not([hidden])")
    editor.click(TEXT)
    context.set_offline(True)
    editor.keyboard.press("Control+End")
    editor.keyboard.type(" Two.")
    wait(lambda: "No connection" in editor.inner_text(STATE))
    context.set_offline(False)
    # The page that confirmed the first version takes nothing of the second.
    other = context.new_page()
    other.goto(saved)
    other.wait_for_selector("[role=toolbar]:not([hidden])")
    assert other.evaluate("Object.values(localStorage).some((kept) => kept.includes('Two.'))")
    # It is the page of what it made.
    editor.click("button[value=save]")
    editor.wait_for_url("**done=*")
    assert editor.url.split("?")[0] == saved.split("?")[0]


def test_an_article_deleted_elsewhere_is_said_to_be(context: BrowserContext, editor: Page) -> None:
    editor.keyboard.type("One.")
    editor.click("button[value=save]")
    editor.wait_for_url("**done=saved")
    other = context.new_page()
    other.goto(f"{editor.url.split('?')[0]}/delete")
    other.click("main form button")
    other.wait_for_url("**done=deleted")
    editor.fill(TEXT, "Two.")
    wait(lambda: "deleted meanwhile" in editor.inner_text(STATE))
    editor.click("button[value=save]")
    editor.wait_for_selector("text=saving makes it a new article")
    editor.click("button[value=save]")
    editor.wait_for_url("**done=saved")
    assert editor.input_value(TEXT) == "Two."
