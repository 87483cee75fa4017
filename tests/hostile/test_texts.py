"""A text that nobody would write becomes an article or is refused, and readers notice nothing."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.app import SLOW_THREADS, THREADS, create_app
from hub.content import rendering, search, stemming, store
from hub.content.importers import folder
from hub.content.rendering import Rendered
from hub.errors import Refused
from hub.site import store as sites
from hub.web.state import Hub
from tests.admin.conftest import logged_in
from tests.cli.test_posts_command import Line, line
from tests.hostile.texts import REFUSED, TAKEN
from tests.posts import add

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

__all__ = ["line"]

# A block of JSON-LD is data and does not run.
RUNS = re.compile(
    r"<script(?! type=\"application/ld\+json\">)|<[^>]*(?:=[\"'\s]*javascript:|\sonerror)", re.I
)


@pytest.fixture
def desk(hub: Hub) -> Iterator[TestClient]:
    with TestClient(create_app(hub), base_url="https://hub.test", follow_redirects=False) as client:
        yield logged_in(client, hub, "owner")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where other work is going on too, two seconds tell what is slow from what never ends."""
    hasty = rendering.Renderer(seconds=2)
    monkeypatch.setattr(rendering, "_default", hasty)
    monkeypatch.setattr(rendering, "_patient", hasty)
    yield
    hasty.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_the_desk_refuses_it_with_the_reason(desk: TestClient, hub: Hub, name: str) -> None:
    text, reason = REFUSED[name]
    answer = desk.post("/admin/posts/new", data={"title": name, "markdown": text})
    assert answer.status_code in (400, 413)
    assert re.search(reason, answer.text)
    with hub.db.read() as tx:
        assert store.listed(tx) == []


@pytest.mark.parametrize("name", TAKEN)
def test_the_desk_takes_it_and_nothing_of_it_runs(desk: TestClient, name: str) -> None:
    form = {"title": name, "markdown": TAKEN[name], "action": "publish", "newsletter": "digest"}
    answer = desk.post("/admin/posts/new", data=form)
    assert answer.status_code == 303
    slug = name.replace(",", "").replace(" ", "-")
    for path in (f"/posts/{slug}", "/", "/archive", "/feed.xml", "/atom.xml", "/search?q=word"):
        answer = desk.get(path)
        assert answer.status_code == 200, path
        assert not RUNS.search(answer.text), path


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_the_command_refuses_it_with_the_reason(line: Line, name: str) -> None:
    text, reason = REFUSED[name]
    said = line.refused("posts", "new", line.file(f"---\ntitle: {name}\n---\n{text}"))
    assert re.search(reason, said)


@pytest.mark.slow
def test_an_import_takes_what_it_can_and_says_why_not_the_rest(line: Line) -> None:
    texts = {**{name: text for name, (text, _) in REFUSED.items()}, **TAKEN}
    for name, text in texts.items():
        line.file(f"---\ntitle: {name}\n---\n{text}", f"{name}.md")
    report = line.json("import", str(line.folder))
    reasons = {problem["item"]: problem["reason"] for problem in report["problems"]}
    assert (report["new"], report["refused"]) == (len(TAKEN), len(REFUSED))
    for name, (_, reason) in REFUSED.items():
        assert re.search(reason, reasons[f"{name}.md"])


FRONT = {
    "aliases of aliases": "aliases: [*f]\n"
    + "\n".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]"
        for before, name in zip("abcde", "bcdef", strict=True)
    ),
    "merges of merges": "x: &x {<<: [" + ", ".join(["*y"] * 2_000) + "]}",
    "brackets": "tags: " + "[" * 900,
}


@pytest.mark.parametrize("name", FRONT)
def test_front_matter_that_multiplies_itself_is_refused(line: Line, name: str) -> None:
    # YAML knows a name only below it.
    text = "\n".join(reversed(FRONT[name].splitlines()))
    said = line.refused("posts", "new", line.file(f"---\ntitle: x\na: &a [l]\n{text}\n---\nx"))
    assert "front matter cannot be read" in said


def test_a_name_of_a_thousand_parts_is_refused(line: Line) -> None:
    text = f"+++\ntitle = 'x'\n{'a.' * 2_000}a = 1\n+++\nx"
    assert "too many parts" in line.refused("posts", "new", line.file(text))


def test_a_megabyte_of_spaces_is_no_title(line: Line) -> None:
    assert "no title" in line.refused("posts", "new", line.file(" " * 900_000 + "x"))


def test_a_picture_that_is_not_there_is_looked_for_once(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []
    was = Path.is_file

    def is_file(path: Path) -> bool:
        looked.append(path)
        return was(path)

    monkeypatch.setattr(Path, "is_file", is_file)
    file = line.file("# A\n\n" + "![a](not-there.png)\n\n" * 300)
    line.done("posts", "new", file)
    assert len([path for path in looked if path.name == "not-there.png"]) <= 4


def test_readers_are_answered_while_more_is_rendered_than_there_are_threads(
    desk: TestClient, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Semaphore(0), threading.Event()

    def endless(markdown: str, *, language: str) -> Rendered:
        begun.release()
        assert go.wait(60)
        raise Refused("It took too long.")

    monkeypatch.setattr(rendering, "render", endless)
    with hub.db.write() as tx:
        add(tx, "tide")
    answers: list[int] = []

    def write() -> None:
        form = {"title": "x", "markdown": "["}
        answers.append(desk.post("/admin/posts/new", data=form).status_code)

    def read() -> None:
        for path in ("/posts/tide", "/search?q=tide", "/feed.xml", "/subscribe"):
            answers.append(desk.get(path).status_code)

    writers = [threading.Thread(target=write, daemon=True) for _ in range(THREADS + SLOW_THREADS)]
    reader = threading.Thread(target=read, daemon=True)
    try:
        for writer in writers:
            writer.start()
        for _ in range(SLOW_THREADS):
            assert begun.acquire(timeout=20)
        reader.start()
        reader.join(20)
        assert answers == [200] * 4
    finally:
        go.set()
    for writer in writers:
        writer.join(20)
    assert answers[4:] == [400] * len(writers)


def test_a_notice_that_cannot_be_rendered_is_read_all_the_same(
    desk: TestClient, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def refusing(markdown: str, *, language: str) -> Rendered:
        tried.append(markdown)
        raise Refused("It took too long.")

    monkeypatch.setattr(rendering, "render", refusing)
    with hub.db.write() as tx:
        sites.put(tx, "legal_notice", "Who we are.\n\n<script>[[[")
    for _ in range(5):
        answer = desk.get("/legal")
        assert answer.status_code == 200
        assert "<p>Who we are.</p>" in answer.text
        assert "&lt;script&gt;[[[" in answer.text
    # Every reader would wait for it otherwise; word of the change may come after the first.
    assert len(tried) in (1, 2)


def test_what_search_keeps_of_a_text_is_known_before_the_transaction(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = " ".join(f"{number:x}word" for number in range(stemming.LEARNED + 5_000))
    search.learn(text, "en")
    with hub.db.write() as tx:
        post_id = add(tx, "long", plain_text=text)
        post = store.by_id(tx, post_id)
        assert post is not None
        made = stemming.forms.cache_info().misses
        search.reindex(tx, post)
        assert stemming.forms.cache_info().misses - made < 20


def test_what_is_heavy_is_written_in_turns() -> None:
    sizes = [10, folder.HEAVY, 10, 10, folder.HEAVY + 1, 10]
    waiting = [(None, _prepared(size)) for size in sizes]
    turns = [len(turn) for turn in folder._in_turns(waiting)]  # type: ignore[arg-type]  # sizes alone
    assert turns == [1, 1, 2, 1, 1]


class _prepared:  # noqa: N801  # stands for one
    def __init__(self, size: int) -> None:
        self.rendered = Rendered("", "x" * size, "", 1, (), (), ())
