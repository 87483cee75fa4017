"""The owner's way: set up, bring articles along, take everything away, do things wrong."""

import json
import re
import socket
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from tests.journeys.conftest import PASSWORD, Owner, Site, free_port, serving, set_up, until

pytestmark = pytest.mark.slow


@pytest.fixture
def old_blog(tmp_path: Path) -> Path:
    """A folder of articles with old addresses, a picture, and things that go wrong."""
    folder = tmp_path / "old-blog"
    (folder / "deep").mkdir(parents=True)
    (folder / "one.md").write_text(
        '+++\npath = "2014/12/12/Tide"\ntitle = "Tide"\nauthors = ["Ada"]\n'
        'aliases = ["2014/12/12/Tide.html"]\n+++\n\nHello.\n\n![Pixel](pixel.png)\n'
    )
    Image.new("RGB", (2, 2), (10, 90, 120)).save(folder / "pixel.png")
    (folder / "deep" / "two.md").write_text(
        '+++\npath = "2015/01/02/Tide"\ntitle = "Tide again"\n+++\n\n![Gone](gone.png)\n'
    )
    (folder / "broken.md").write_text("+++\ntitle = \n+++\n")
    (folder / "latin.md").write_bytes(b"---\ntitle: caf\xe9\n---\n")
    return folder


def test_an_old_blog_comes_along_with_its_addresses(site: Site, old_blog: Path) -> None:
    report = site.owner.json("import", str(old_blog))
    assert (report["new"], report["refused"]) == (2, 2)
    assert {problem["item"] for problem in report["problems"]} >= {"broken.md", "latin.md"}
    again = site.owner.json("import", str(old_blog))
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)
    for old in ("/2014/12/12/Tide", "/2014/12/12/Tide/", "/2014/12/12/Tide.html"):
        answer = site.browser.get(old)
        assert answer.status_code == 301
        assert answer.headers["location"].endswith("/posts/tide")
    article = site.browser.get("/posts/tide")
    picture = re.search(r'src="(/media/[^"]+)"', article.text)
    assert picture is not None
    assert site.browser.get(picture[1]).content
    assert "Tide again" in site.browser.get("/posts/tide-2015-01-02").text
    nothing = site.owner.try_hub("newsletter", "send", "--now")
    assert nothing.returncode == 1


def test_a_deleted_article_is_gone_for_good(site: Site, old_blog: Path) -> None:
    site.owner.hub("import", str(old_blog))
    assert site.browser.get("/posts/tide").status_code == 200
    site.owner.hub("posts", "delete", "tide")
    until(lambda: site.browser.get("/posts/tide").status_code == 410, seconds=2)
    assert site.browser.get("/2014/12/12/Tide").status_code == 410
    assert site.owner.json("import", str(old_blog))["new"] == 0


def test_a_change_is_seen_within_a_second(site: Site) -> None:
    assert "Fresh words" not in site.browser.get("/").text
    site.owner.write("Fresh words")
    until(lambda: "Fresh words" in site.browser.get("/").text, seconds=1.5)
    assert "Fresh words" in site.browser.get("/feed.xml").text


def test_a_page_that_did_not_change_is_not_sent_again(site: Site) -> None:
    site.owner.write("Words", text="Some words. " * 80)
    until(lambda: site.browser.get("/posts/words").status_code == 200, seconds=2)
    for path in ("/", "/posts/words", "/archive", "/feed.xml", "/atom.xml", "/feed.json"):
        first = site.browser.get(path, headers={"Accept-Encoding": "gzip"})
        assert first.headers["content-encoding"] == "gzip"
        assert first.headers["last-modified"]
        again = site.browser.get(
            path, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")


def test_the_list_goes_out_and_comes_in_without_loss(site: Site, tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text('email,name\nada@mail.test,"Ada, ""=1+1"""\nbob@mail.test,-Bob\n')
    site.owner.hub("import", str(source), "--consent=at the fair")
    site.browser.post("/subscribe", data={"email": "new@mail.test"})
    for form in ("csv", "json", "ndjson"):
        taken = tmp_path / f"taken.{form}"
        site.owner.hub("export", "subscribers", "-o", str(taken))
        other = Owner(tmp_path / f"other-{form}", site.owner.environment)
        set_up(other, "http://127.0.0.1:1")
        other.hub("import", str(taken))
        other.hub("export", "subscribers", "-o", str(tmp_path / f"again.{form}"))
        assert (tmp_path / f"again.{form}").read_bytes() == taken.read_bytes()


def test_a_list_without_proof_of_consent_is_refused(site: Site, tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text("email\nada@mail.test\n")
    refused = site.owner.try_hub("import", str(source))
    assert refused.returncode == 1
    assert "--consent" in refused.stderr
    assert site.owner.hub("export", "subscribers", "--format=ndjson") == ""


def test_the_first_visitor_cannot_take_a_new_hub(owner: Owner) -> None:
    port = free_port()
    with serving(owner, port) as server, httpx2.Client(base_url=f"http://127.0.0.1:{port}") as web:
        printed = re.search(r"http://\S+(/setup/[\w-]+)", server.output)
        assert printed is not None
        form = {
            "title": "Harbour Notes",
            "language": "en",
            "timezone": "Europe/Paris",
            "base_url": f"http://127.0.0.1:{port}",
            "email": "owner@hub.test",
            "name": "Ada",
            "password": PASSWORD,
        }
        assert web.post("/setup/wrong-token", data=form).status_code == 403
        assert web.get(printed[1]).status_code == 200
        assert web.post(printed[1], data=form).status_code in (200, 303)
        assert web.get("/").status_code == 200
        assert web.post(printed[1], data=form).status_code == 403


def test_a_port_in_use_is_one_clear_line(owner: Owner) -> None:
    set_up(owner, "http://127.0.0.1:1")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = owner.try_hub("serve", f"--port={port}")
    assert refused.returncode == 1
    assert str(port) in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("import", "/nonexistent"), {}),
        (("posts", "new", "/nonexistent.md"), {}),
        (("posts", "publish", "nothing"), {}),
        (("settings", "set", "timezone", "Mars/Olympus"), {}),
        (("settings", "get", "speed"), {}),
        (("subscribers", "show", "nobody@mail.test"), {}),
        (("newsletter", "send", "--now"), {}),
        (("newsletter", "test", "not an address"), {}),
        (("export", "subscribers", "-o", "/nonexistent/x.csv"), {}),
        (("setup", "--title=B", "--base-url=http://b.test", "--email=b@b.test"), {}),
        (("settings", "list"), {"HUB_SMTP": "nonsense"}),
        (("settings", "list"), {"HUB_SECRET_KEY": "short"}),
        (("newsletter", "test", "a@mail.test"), {"HUB_SMTP": "smtp://127.0.0.1:1?starttls=no"}),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    owner: Owner, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    set_up(owner, "http://127.0.0.1:1")
    refused = owner.try_hub(*arguments, **environment)
    assert refused.returncode == 1
    assert len(refused.stderr.strip().splitlines()) == 1
    assert refused.stdout == ""


def test_wrong_usage_exits_2(owner: Owner) -> None:
    assert owner.try_hub("no-such-command").returncode == 2
    assert owner.try_hub("posts", "publish").returncode == 2


def test_no_log_names_a_reader(site: Site) -> None:
    site.browser.post("/subscribe", data={"email": "private.person@mail.test"})
    site.inbox.wait_for("private.person@mail.test")
    site.browser.get("/confirm/not-a-token-but-secret")
    logs = "".join(path.read_text() for path in site.owner.data.parent.glob("serve-*.log"))
    assert "private.person" not in logs
    assert "not-a-token-but-secret" not in logs


def test_status_is_one_json_document(site: Site) -> None:
    assert json.loads(site.owner.hub("newsletter", "status", "--json")) == []
