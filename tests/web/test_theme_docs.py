"""docs/themes.md is true: each template and variable is there, each example works."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes
from starlette.testclient import TestClient

from hub.admin import theme_samples
from hub.app import create_app
from hub.audience import approval, invitations, retention, retention_store
from hub.audience.invitations import Typed
from hub.audience.model import NOBODY
from hub.mail import queue
from hub.newsletter import planning
from hub.site import store as sites
from hub.web import themes
from hub.web.state import Hub
from hub.web.theme_files import SHIPPED
from hub.web.themes import Finish, Theme
from tests.conftest import NOW
from tests.newsletter.cast import press, publish, send_letter, subscribe, tick
from tests.posts import add

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

DOCS = (Path(__file__).parents[2] / "docs" / "themes.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(\w+)` \| .*? \| `(.*)` \|$", re.MULTILINE)
_BASES = {"pages/base.html", "pages/notice.html", "pages/private.html", "mail/base.html"}


def _sections() -> dict[str, dict[str, str]]:
    """Template → variable → example; `` for what is on every page."""
    found = {"": dict(_ROW.findall(DOCS.split("## On every page")[1].split("\n## ")[0]))}
    found["mail"] = dict(_ROW.findall(DOCS.split("\n## Mail")[1].split("\n### ")[0]))
    for part in re.split(r"^#{2,3} ", DOCS, flags=re.MULTILINE):
        if match := re.match(r"`((?:pages|mail)/[\w.]+)`", part):
            found[match[1]] = dict(_ROW.findall(part))
    return found


SECTIONS = _sections()


def _of(template: str) -> dict[str, str]:
    """What the docs say of a template, with what is on every page."""
    if template.startswith("mail/"):
        return SECTIONS["mail"] | SECTIONS[template.rpartition(".")[0]]
    return SECTIONS[""] | SECTIONS[template]


def _samples(hub: Hub) -> dict[str, dict[str, object]]:
    return theme_samples.contexts(hub.site())


def test_every_template_has_its_section(hub: Hub) -> None:
    default = SHIPPED / "default"
    there = {
        path.relative_to(default).as_posix()
        for folder in ("pages", "mail")
        for path in (default / folder).glob("*.*")
        if path.suffix != ".css"
    } - _BASES
    assert there == set(_samples(hub))
    assert {t.rpartition(".")[0] if t[0] == "m" else t for t in there} == set(SECTIONS) - {
        "",
        "mail",
    }
    partials = {path.name for path in (default / "partials").glob("*.html")}
    assert {name for name in partials if f"`{name}`" not in DOCS} == set()


def test_the_docs_name_what_templates_are_given(hub: Hub) -> None:
    for template, context in _samples(hub).items():
        assert (template, set(_of(template))) == (template, set(context))


def test_every_example_works(hub: Hub) -> None:
    environment = themes.desk()._environments["en"]
    for template, context in _samples(hub).items():
        for variable, example in _of(template).items():
            text = example.replace("\\|", "|")
            assert not example or variable in text
            environment.from_string(text).render(context)
    context = _samples(hub)["pages/post.html"]
    for _, example in _ROW.findall(DOCS.split("## Filters")[1].split("\n## ")[0]):
        assert environment.from_string(example.replace("\\|", "|")).render(context)


def test_the_docs_name_every_filter_and_block() -> None:
    filters = {name for name, _ in _ROW.findall(DOCS.split("## Filters")[1].split("\n## ")[0])}
    assert filters == set(themes._filters("en"))
    for template in ("pages/base.html", "pages/home.html", "pages/post.html", "mail/base.html"):
        source = (SHIPPED / "default" / template).read_text(encoding="utf-8")
        blocks = themes.desk()._environments["en"].parse(source).find_all(nodes.Block)
        assert {block.name for block in blocks if f"`{block.name}`" not in DOCS} == set()


def test_views_give_what_the_samples_say(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that readers can reach is asked for once, and what templates get is compared."""
    given: dict[str, Mapping[str, Any]] = {}
    real = Theme.render

    def render(
        self: Theme,
        template: str,
        language: str,
        context: Mapping[str, object],
        *,
        finish: Finish | None = None,
    ) -> str:
        given[template] = context
        return real(self, template, language, context, finish=finish)

    monkeypatch.setattr(Theme, "render", render)
    samples = _samples(hub)
    _read_everything(hub)
    rest = {f"mail/{name}.{end}" for name in ("password", "paused") for end in ("html", "txt")}
    assert set(given) == set(samples) - rest
    for template, context in given.items():
        assert (template, set(context)) == (template, set(samples[template]))
        for name, value in context.items():
            if value is not None:
                assert (name, type(value)) == (name, type(samples[template][name]))


def _read_everything(hub: Hub) -> None:
    with hub.db.write() as tx:
        for number in range(3):
            add(tx, f"tides-{number}", topics=("sea",), authors=("Ada",))
        add(tx, "about", kind="page")
        sites.put(tx, "legal_notice", "Who we are.")
        sites.put(tx, "welcome_mail", "on")
        sites.put(tx, "notice_sent", "mail")
    reader = subscribe(hub, "ada@mail.test")
    with hub.db.write() as tx:
        retention_store.ask(tx, reader, now=NOW)
        queue.put(
            tx,
            kind=retention.STAY,
            subject_id=reader,
            recipient="ada@mail.test",
            language="en",
            now=NOW,
        )
    publish(hub, "Ropes")
    with hub.db.write() as tx:
        edition = planning.send_now(tx, press(hub), "weekly", NOW)[0]
    with hub.db.write() as tx:
        while planning.queue(tx, edition.id, NOW):
            continue
    send_letter(hub)
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        for path in _addresses(hub, reader):
            client.get(path)
        client.post("/subscribe", data={"email": "new@mail.test"})
        tick(hub, hub.now())
        confirm = "/confirm/" + hub.signer.sign("confirm", 1)
        client.get(confirm)
        client.post(confirm)
        tick(hub, hub.now())
        _look_after_themselves(hub, client, reader)
        _come_by_invitation(hub, client)
        client.post("/unsubscribe/" + hub.signer.sign("unsubscribe", reader))
        client.get("/unsubscribe/" + hub.signer.sign("unsubscribe", NOBODY))


def _look_after_themselves(hub: Hub, client: TestClient, reader: int) -> None:
    """Another address, until the old one is told."""
    request = f"/preferences/{hub.signer.sign('preferences', reader)}/request"
    client.get("/preferences")
    client.post(request, data={"kind": "address", "email": "none"})
    client.post(request, data={"kind": "address", "email": "ada@new.test"})
    tick(hub, hub.now())
    client.post("/preferences/address/" + hub.signer.sign("address", 1))
    tick(hub, hub.now())


def _come_by_invitation(hub: Hub, client: TestClient) -> None:
    """Two ask by an invitation, wait, and are decided about; then the list is closed."""
    typed = Typed(code="quay", name="Quay", words="We met.")
    with hub.db.write() as tx:
        sites.put(tx, "signup_mode", "approval")
        wanted = invitations.checked(typed, timezone="UTC", now=NOW)
        invitations.make(tx, wanted, new_code=str, now=NOW)
    client.get("/invite/quay")
    client.get("/invite/nowhere")
    for name in ("bea", "cleo"):
        client.post("/invite/quay", data={"email": f"{name}@mail.test"})
        with hub.db.read() as tx:
            number = int(tx.scalar("SELECT max(id) FROM confirmations"))
        client.post("/confirm/" + hub.signer.sign("confirm", number))
    with hub.db.write() as tx:
        first, second = (one.person.id for one in approval.page(tx, after=0, limit=2))
        site = hub.site()
        approval.decide(tx, [first], "accepted", word="Hi", by="", site=site, now=hub.now())
        approval.decide(tx, [second], "declined", word="", by="", site=site, now=hub.now())
        sites.put(tx, "signup_mode", "closed")
    tick(hub, hub.now())
    client.get("/subscribe")


def _addresses(hub: Hub, reader: int) -> Iterator[str]:
    yield from ("/", "/archive", "/topics/sea", "/authors/ada", "/posts/tides-1", "/about")
    yield from (
        "/search?q=tides",
        "/legal",
        "/privacy",
        "/trust",
        "/privacy/changes",
        "/feeds",
        "/newsletter",
        "/newsletter/1",
        "/newsletter/2",
        "/subscribe",
        "/nowhere",
    )
    yield "/confirm/" + hub.signer.sign("confirm", 999)
    yield "/confirm/broken"
    for page in ("preferences", "unsubscribe", "stay"):
        yield f"/{page}/" + hub.signer.sign(page, reader)
