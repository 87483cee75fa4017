"""Importing a folder: what comes in, what is said, and that again changes nothing."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.content import publishing, store
from hub.content.importers import folder
from hub.content.model import Post
from hub.content.rendering import Rendered
from hub.errors import Refused
from hub.reports import Report
from hub.site.model import Site
from hub.web.state import Hub
from tests.conftest import NOW
from tests.content.conftest import picture

LATER = NOW + timedelta(days=1)


class Blog:
    """A folder of articles, and the hub that it is brought into."""

    def __init__(self, root: Path, hub: Hub, site: Site) -> None:
        self.root, self.hub, self.site = root, hub, site

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def article(self, name: str, *, meta: str = "", text: str = "Some words.") -> Path:
        return self.write(name, f"---\ntitle: {Path(name).stem}\n{meta}\n---\n\n{text}\n")

    def bring_in(self, path: Path | None = None, **options: bool) -> Report:
        return folder.run(
            self.hub.db,
            path or self.root,
            media_folder=self.hub.settings.media,
            site=self.site,
            now=LATER,
            **options,  # type: ignore[arg-type]  # dry_run, announce
        )

    def post(self, slug: str, kind: str = "post") -> Post:
        with self.hub.db.read() as tx:
            post = store.by_slug(tx, kind, slug)
        assert post is not None
        return post

    def leads_to(self, path: str) -> int | None:
        with self.hub.db.read() as tx:
            return store.redirect_target(tx, path)


@pytest.fixture
def blog(tmp_path: Path, hub: Hub, site: Site) -> Blog:
    (tmp_path / "blog").mkdir()
    return Blog(tmp_path / "blog", hub, site)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.refused


def reasons(report: Report) -> dict[str, str]:
    return {problem.item: problem.reason for problem in report.problems}


def test_articles_come_in_with_what_they_say(blog: Blog) -> None:
    blog.article(
        "tide.md",
        meta="date: 2014-12-12\nauthors: [Anouk]\ntags: [Wood]\ndescription: Short.",
        text="# Water\n\nIt turns.",
    )
    assert counts(blog.bring_in()) == (1, 0, 0, 0)
    post = blog.post("tide")
    assert (post.title, post.excerpt, post.status) == ("tide", "Short.", "published")
    assert post.published_at == post.updated_at
    assert post.published_at is not None
    assert post.published_at.year == 2014
    assert '<h2 id="water">Water</h2>' in post.html
    with blog.hub.db.read() as tx:
        assert [a.name for a in store.authors_of(tx, post.id)] == ["Anouk"]
        assert [t.slug for t in store.topics_of(tx, post.id)] == ["wood"]


def test_again_changes_nothing(blog: Blog) -> None:
    blog.article("a.md", meta="date: 2014-12-12")
    blog.article("b.md")
    blog.bring_in()
    before = blog.post("a"), blog.post("b"), blog.hub.db.site_version()
    assert counts(blog.bring_in()) == (0, 0, 2, 0)
    assert (blog.post("a"), blog.post("b"), blog.hub.db.site_version()) == before


def test_a_changed_file_keeps_its_address_and_its_name_in_feeds(blog: Blog) -> None:
    blog.article("a.md", meta="date: 2014-12-12")
    blog.bring_in()
    before = blog.post("a")
    blog.article("a.md", meta="date: 2014-12-12\nslug: other", text="New words.")
    assert counts(blog.bring_in()) == (0, 1, 0, 0)
    after = blog.post("a")
    assert (after.uid, after.id) == (before.uid, before.id)
    assert after.plain_text == "New words."


def test_a_namesake_from_another_folder_overwrites_nothing(blog: Blog) -> None:
    blog.write("a.md", "---\ntitle: First\ndate: 2014-12-12\n---\nx\n")
    blog.bring_in()
    blog.write("a.md", "---\ntitle: Second\ndate: 2020-01-01\n---\ny\n")
    report = blog.bring_in()
    assert counts(report) == (0, 0, 0, 1)
    assert "First" in reasons(report)["a.md"]
    assert blog.post("a").title == "First"


def test_a_changed_picture_is_a_change(blog: Blog) -> None:
    blog.article("a.md", text="![Tide](tide.png)")
    blog.write("tide.png", picture("PNG"))
    blog.bring_in()
    blog.write("tide.png", picture("PNG", (20, 20)))
    assert counts(blog.bring_in()) == (0, 1, 0, 0)


def test_a_deleted_article_stays_deleted(blog: Blog) -> None:
    blog.article("a.md")
    blog.bring_in()
    with blog.hub.db.write() as tx:
        publishing.delete(tx, "a", NOW)
    blog.article("a.md", text="Changed.")
    assert counts(blog.bring_in()) == (0, 0, 1, 0)
    with blog.hub.db.read() as tx:
        assert store.by_slug(tx, "post", "a") is None


def test_a_broken_file_stops_nobody(blog: Blog) -> None:
    blog.article("good.md")
    blog.write("latin.md", b"---\ntitle: \xe9t\xe9\n---\n")
    blog.write("yaml.md", "---\ntitle: [\n---\nx")
    blog.write("deep.md", "---\ntitle: Deep\n---\n" + ">" * 5_000 + " a")
    blog.write("large.md", "# Large\n\n" + "word " * 210_000)
    blog.write("_index.md", "---\ntitle: Section\n---\n")
    blog.write("link.md", "x").unlink()
    (blog.root / "link.md").symlink_to("nowhere")
    os.mkfifo(blog.root / "pipe.md")
    report = blog.bring_in()
    assert counts(report) == (1, 0, 0, 7)
    said = reasons(report)
    assert said["pipe.md"] == "This is not a file."
    assert "UTF-8" in said["latin.md"]
    assert "front matter" in said["yaml.md"]
    assert "nested too deeply" in said["deep.md"]
    assert "too long" in said["large.md"]
    assert "section" in said["_index.md"]
    assert "No such file" in said["link.md"]


def test_colliding_slugs_get_the_day_the_oldest_keeps_the_plain_one(blog: Blog) -> None:
    blog.article("new/tide.md", meta="date: 2020-02-02")
    blog.article("old/tide.md", meta="date: 2010-01-01")
    blog.article("same/tide.md", meta="date: 2020-02-02")
    blog.bring_in()
    sources = {
        slug: blog.post(slug).source for slug in ("tide", "tide-2020-02-02", "tide-2020-02-02-2")
    }
    assert sources == {
        "tide": "markdown:old/tide.md",
        "tide-2020-02-02": "markdown:new/tide.md",
        "tide-2020-02-02-2": "markdown:same/tide.md",
    }


def test_old_addresses_lead_to_the_article(blog: Blog) -> None:
    blog.article("tide.md", meta="path: /2014/12/12/tide/\naliases: [/old/tide.html]")
    blog.bring_in()
    post = blog.post("tide")
    assert [blog.leads_to(p) for p in ("2014/12/12/tide", "old/tide.html")] == [post.id, post.id]


def test_an_old_address_of_two_is_reported(blog: Blog) -> None:
    blog.article("a.md", meta="date: 2010-01-01\naliases: [/old]")
    blog.article("b.md", meta="date: 2011-01-01\naliases: [/old]")
    report = blog.bring_in()
    assert counts(report) == (2, 0, 0, 0)
    assert "/old leads to another article" in reasons(report)["b.md"]


def test_pictures_come_along(blog: Blog) -> None:
    blog.write("notes/tide.png", picture("PNG"))
    blog.article("notes/a.md", text='![T](tide.png)\n\n<img src="./tide.png" alt="U">')
    assert blog.bring_in().problems == ()
    post = blog.post("a")
    assert post.markdown.count("/media/") == 2
    assert post.html.count('width="40" height="30"') == 2
    assert len(list(blog.hub.settings.media.rglob("*.png"))) == 1


def test_a_missing_picture_is_reported_and_the_article_comes_in(blog: Blog) -> None:
    blog.article("a.md", text="![The tide](tide.png) ![Chart](chart.svg)")
    report = blog.bring_in()
    assert counts(report) == (1, 0, 0, 0)
    assert [p.reason for p in report.problems] == [
        "Picture tide.png: The file is not there.",
        "Picture chart.svg: SVG pictures are not taken; use PNG or WebP.",
    ]
    assert "The tide" in blog.post("a").html


def test_a_picture_outside_of_the_folder_is_not_taken(blog: Blog) -> None:
    (blog.root.parent / "private.png").write_bytes(picture("PNG"))
    (blog.root / "link.png").symlink_to(blog.root.parent / "private.png")
    blog.article("a.md", text="![a](../private.png) ![b](link.png)")
    assert len(blog.bring_in().problems) == 2
    assert not blog.hub.settings.media.exists()


def test_a_broken_picture_says_why(blog: Blog) -> None:
    blog.write("tide.png", b"no picture")
    blog.article("a.md", text="![T](tide.png)")
    assert "not a picture" in reasons(blog.bring_in())["a.md"]


def test_pictures_of_other_sites_are_reported(blog: Blog) -> None:
    blog.article("a.md", text="![T](https://other.test/a.png)")
    assert "https://other.test/a.png" in reasons(blog.bring_in())["a.md"]


def test_the_cover_comes_along(blog: Blog) -> None:
    blog.write("tide.jpg", picture("JPEG"))
    blog.article("a.md", meta="cover: tide.jpg\ncover_alt: High water")
    blog.bring_in()
    post = blog.post("a")
    assert post.cover.startswith("/media/")
    assert post.cover_alt == "High water"


def test_links_between_files_become_links_between_articles(blog: Blog) -> None:
    blog.article("notes/a.md", text="[b](@/b.md#part) [c](../c/index.md) [x](@/gone.md)")
    blog.article("b.md")
    blog.article("c/index.md", meta="kind: page\nslug: sea")
    blog.bring_in()
    assert blog.post("a").markdown == "[b](/posts/b#part) [c](/sea) [x](@/gone.md)\n"


def test_code_is_left_as_it_is(blog: Blog) -> None:
    blog.write("tide.png", picture("PNG"))
    blog.article("a.md", text="```\n![T](tide.png)\n```")
    blog.bring_in()
    assert "![T](tide.png)" in blog.post("a").markdown


def test_nothing_is_meant_for_the_newsletter(blog: Blog) -> None:
    blog.article("a.md", meta="newsletter: digest+each")
    blog.bring_in()
    assert blog.post("a").newsletter == "none"


def test_announced_articles_are_meant_for_the_digest_pages_never(blog: Blog) -> None:
    blog.article("a.md")
    blog.article("b.md", meta="newsletter: none")
    blog.article("about.md", meta="kind: page")
    blog.bring_in(announce=True)
    found = [blog.post("a"), blog.post("b"), blog.post("about", "page")]
    assert [post.newsletter for post in found] == ["digest", "none", "none"]


def test_announcing_later_announces_nothing_old(blog: Blog) -> None:
    blog.article("a.md")
    blog.bring_in()
    blog.article("a.md", text="Changed.")
    blog.bring_in(announce=True)
    assert blog.post("a").newsletter == "none"


def test_a_dry_run_says_the_same_and_changes_nothing(blog: Blog) -> None:
    blog.write("tide.png", picture("PNG"))
    blog.article("a.md", text="![T](tide.png) ![U](gone.png)")
    blog.write("broken.md", b"\xff")
    before = blog.hub.db.site_version()
    dry = blog.bring_in(dry_run=True)
    assert blog.hub.db.site_version() == before
    assert not blog.hub.settings.media.exists()
    assert blog.bring_in() == dry


def test_a_draft_comes_in_as_one_and_is_published_when_it_is_done(blog: Blog) -> None:
    blog.article("a.md", meta="draft: true")
    blog.bring_in()
    assert blog.post("a").status == "draft"
    blog.article("a.md")
    blog.bring_in()
    assert blog.post("a").status == "published"


def test_what_its_owner_took_back_stays_back(blog: Blog) -> None:
    blog.article("a.md")
    blog.bring_in()
    with blog.hub.db.write() as tx:
        publishing.unpublish(tx, "a", NOW)
    blog.article("a.md", text="Changed.")
    blog.bring_in()
    assert blog.post("a").status == "draft"


def test_a_date_to_come_makes_a_draft_until_it_has_come(blog: Blog) -> None:
    blog.article("a.md", meta=f"date: {(LATER + timedelta(days=2)).date()}")
    assert "future" in reasons(blog.bring_in())["a.md"]
    assert blog.post("a").status == "draft"
    report = folder.run(
        blog.hub.db,
        blog.root,
        media_folder=blog.hub.settings.media,
        site=blog.site,
        now=LATER + timedelta(days=3),
    )
    assert counts(report) == (0, 1, 0, 0)
    assert blog.post("a").status == "published"


def test_one_file_alone(blog: Blog) -> None:
    blog.write("tide.png", picture("PNG"))
    path = blog.article("a.md", text="![T](tide.png)")
    blog.article("b.md")
    assert counts(blog.bring_in(path)) == (1, 0, 0, 0)
    assert counts(blog.bring_in()) == (1, 0, 1, 0)


def test_a_name_that_is_no_text_is_refused(blog: Blog) -> None:
    (blog.root / os.fsdecode(b"t\xffde.md")).write_text("# Tide", encoding="utf-8")
    assert reasons(blog.bring_in()) == {"t\ufffdde.md": "The name of this file is not UTF-8."}


def test_hidden_folders_are_left_out(blog: Blog) -> None:
    blog.article("a.md")
    blog.article(".git/b.md")
    blog.article("node_modules/x/README.md")
    assert counts(blog.bring_in()) == (1, 0, 0, 0)


def test_a_full_batch_and_more(blog: Blog) -> None:
    for n in range(folder.BATCH + 3):
        blog.article(f"a{n}.md")
    said: list[tuple[int, int]] = []
    report = folder.run(
        blog.hub.db,
        blog.root,
        media_folder=blog.hub.settings.media,
        site=blog.site,
        now=NOW,
        progress=lambda done, total: said.append((done, total)),
    )
    assert report.new == folder.BATCH + 3
    assert said == [(0, 28), (25, 28), (28, 28)]


def test_a_stop_in_the_middle_keeps_what_was_done(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(folder.BATCH + 3):
        blog.article(f"a{n:02}.md")

    def stop(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.run(
            blog.hub.db,
            blog.root,
            media_folder=blog.hub.settings.media,
            site=blog.site,
            now=NOW,
            progress=stop,
        )
    assert counts(blog.bring_in()) == (3, 0, folder.BATCH, 0)


def test_hostile_front_matter_values_do_no_harm(blog: Blog) -> None:
    blog.write(
        "a.md",
        "---\ntitle: A\ntags: &x [{name: {deep: 1}}, 7, null, true]\nauthors: *x\n"
        "aliases: [[], {}, 5, ../../etc]\ncover: {image: [1]}\nslug: ../../admin\n---\nx\n",
    )
    assert counts(blog.bring_in()) == (1, 0, 0, 0)
    assert blog.post("admin").title == "A"


def test_a_wrong_canonical_address_refuses_its_file_alone(blog: Blog) -> None:
    blog.article("a.md", meta="canonical: javascript:alert(1)")
    blog.article("b.md")
    report = blog.bring_in()
    assert counts(report) == (1, 0, 0, 1)
    assert "https://example.org/article" in reasons(report)["a.md"]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda blog: blog.article("a.md"), True),
        (lambda blog: blog.article("a/b.markdown").parent, True),
        (lambda blog: blog.write("readers.csv", "email\n"), False),
        (lambda blog: blog.root, False),
    ],
)
def test_what_is_recognised(blog: Blog, make: Callable[[Blog], Path], expected: bool) -> None:
    assert folder.recognises(make(blog)) is expected


def test_an_article_is_rendered_in_the_language_of_the_site(blog: Blog) -> None:
    blog.article("a.md")

    def refuse(_markdown: str, *, language: str) -> None:
        raise Refused("Not in this language: %(language)s", language=language)

    report = folder.run(
        blog.hub.db,
        blog.root,
        media_folder=blog.hub.settings.media,
        site=replace(blog.site, language="fr"),
        now=NOW,
        render=refuse,  # type: ignore[arg-type]  # never returns
    )
    assert reasons(report) == {"a.md": "Not in this language: fr"}


def test_those_who_prepare_let_others_go_first_and_who_writes_does_not(
    hub: Hub, site: Site, tmp_path: Path, plain: Rendered
) -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    preparing: list[int] = []

    def render(markdown: str, *, language: str) -> Rendered:
        preparing.append(priority())
        return plain

    before = priority()
    (tmp_path / "a.md").write_text("# A\n\nWords.")
    folder.run(
        hub.db, tmp_path / "a.md", media_folder=tmp_path, site=site, now=LATER, render=render
    )
    assert preparing == [folder.NICE]
    assert priority() == before
