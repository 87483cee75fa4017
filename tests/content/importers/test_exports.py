"""What other platforms export, as articles of the hub: their text, their dates, their addresses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.content import store
from hub.content.importers import exports, folder
from hub.content.importers.markup import block, classic
from hub.content.model import Post
from hub.errors import Refused
from hub.web.state import Hub
from tests.conftest import NOW

Into = Callable[[Path], dict[str, Post]]

SUBSTACK = (
    "post_id,post_date,is_published,email_sent_at,type,audience,title,subtitle,podcast_url\n"
    "101.tides,2024-05-01T08:00:00.000Z,true,,newsletter,everyone,Tides,Twice a day,\n"
    "102.soon,2024-05-02T08:00:00.000Z,false,,newsletter,everyone,Soon,,\n"
    "103.paid,2024-05-03T08:00:00.000Z,true,,newsletter,only_paid,For money,,\n"
    "104.lost,2024-05-04T08:00:00.000Z,true,,newsletter,everyone,Lost,,\n"
)
WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Boats</title>
<wp:author><wp:author_login>ada</wp:author_login>
<wp:author_display_name>Ada L</wp:author_display_name></wp:author>
<item><title>Tides</title><link>https://boats.test/2024/05/tides/</link><dc:creator>ada</dc:creator>
<content:encoded><![CDATA[<!-- wp:paragraph --><p>Twice.</p><!-- /wp:paragraph -->

<!-- wp:paragraph --><p>A day.</p><!-- /wp:paragraph -->]]></content:encoded>
<excerpt:encoded><![CDATA[Up and down]]></excerpt:encoded>
<wp:post_id>7</wp:post_id><wp:post_date_gmt>2024-05-01 08:00:00</wp:post_date_gmt>
<wp:post_name>tides</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<category domain="post_tag" nicename="ropes">Ropes</category></item>
<item><title>About</title><link>https://boats.test/about/</link><dc:creator>ada</dc:creator>
<content:encoded>First.

Second &amp; last.</content:encoded><wp:post_id>8</wp:post_id>
<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt><wp:post_name>about</wp:post_name>
<wp:status>private</wp:status><wp:post_type>page</wp:post_type></item>
<item><title>x.png</title><wp:post_id>9</wp:post_id><wp:status>inherit</wp:status>
<wp:post_type>attachment</wp:post_type></item>
</channel></rss>
"""
GHOST = {
    "db": [
        {
            "meta": {"version": "5"},
            "data": {
                "posts": [
                    {
                        "id": "a",
                        "title": "Tides",
                        "slug": "tides",
                        "html": '<p>Twice <a href="__GHOST_URL__/x/">a day</a>.</p>',
                        "status": "published",
                        "type": "post",
                        "published_at": "2024-05-01T08:00:00.000Z",
                        "custom_excerpt": "Up and down",
                    },
                    {"id": "b", "title": "Bare", "slug": "bare", "html": None, "status": "draft"},
                ],
                "tags": [{"id": "t", "name": "Ropes"}, {"id": "h", "name": "#inside"}],
                "posts_tags": [
                    {"post_id": "a", "tag_id": "t", "sort_order": 0},
                    {"post_id": "a", "tag_id": "h", "sort_order": 1},
                ],
                "users": [{"id": "u", "name": "Ada L"}],
                "posts_authors": [{"post_id": "a", "author_id": "u", "sort_order": 0}],
            },
        }
    ]
}
MEDIUM = """<!DOCTYPE html><html><body><article class="h-entry"><header>
<h1 class="p-name">Tides</h1></header><section class="p-summary">Up and down</section>
<section class="e-content"><p>Twice &amp; <em>a day</em>.</p><img src="https://x.test/a.png"></section>
<footer><p>By <a class="p-author h-card" href="https://medium.test/@ada">Ada L</a> on
<a href="#"><time class="dt-published" datetime="2024-05-01T08:00:00.000Z">May 1</time></a>.</p>
<p><a href="https://medium.test/@ada/tides-1a2b3c" class="p-canonical">Canonical link</a></p>
<ul class="p-tags"><li><a href="#">Ropes</a></li></ul></footer></article></body></html>
"""
BEEHIIV = (
    "id,web_title,status,audience,content_tags,url,web_subtitle,email_subject_line,"
    "email_preview_text,content_html,thumbnail_url,created_at\n"
    "p1,Tides,confirmed,free,Ropes;Sails,https://boats.test/p/tides,Up and down,,,"
    '"<p>Twice</p>\n\n<p>a day.</p>",,2024-05-01 08:00:00\n'
)
BUTTONDOWN = (
    "id,secondary_id,subject,publish_date,source,email_type,slug\n"
    "e1,1,Tides,2024-05-01T08:00:00Z,app,public,tides\n"
)


def lay(folder_: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder_ / name).parent.mkdir(parents=True, exist_ok=True)
        (folder_ / name).write_text(text, encoding="utf-8")
    return folder_


SOURCES = {
    "substack": {"posts.csv": SUBSTACK, "posts/101.tides.html": "<p>Twice</p>\n\n<p>a day.</p>"}
    | {f"posts/{name}.html": "<p>x</p>" for name in ("102.soon", "103.paid")},
    "wordpress": {"boats.xml": WXR},
    "ghost": {"boats.json": json.dumps(GHOST)},
    "medium": {"posts/2024-05-01_Tides-1a2b3c.html": MEDIUM},
    "beehiiv": {"posts.csv": BEEHIIV},
    "buttondown": {"emails.csv": BUTTONDOWN, "emails/tides.md": "Twice *a day*.\n"},
}
OLD = {
    "substack": "p/tides",
    "wordpress": "2024/05/tides",
    "ghost": "tides",
    "medium": "@ada/tides-1a2b3c",
    "beehiiv": "p/tides",
    "buttondown": "archive/tides",
}


def take(hub: Hub, source: Path, tmp_path: Path) -> tuple[exports.Export, dict[str, Post]]:
    export = exports.converted(source, tmp_path / "into" / str(len(list(tmp_path.iterdir()))))
    assert export is not None
    folder.run(hub.db, export.folder, media_folder=hub.settings.media, site=hub.site(), now=NOW)
    with hub.db.read() as tx:
        found = [store.by_id(tx, shelved.id) for shelved in store.shelved(tx)]
    return export, {post.slug: post for post in found if post is not None}


@pytest.mark.parametrize("platform", SOURCES)
def test_an_article_comes_with_its_date_its_text_and_its_old_address(
    hub: Hub, tmp_path: Path, platform: str
) -> None:
    export, posts = take(hub, lay(tmp_path / "source", SOURCES[platform]), tmp_path)
    assert export.platform == platform
    tides = posts["tides"]
    assert (tides.title, tides.status, tides.newsletter) == ("Tides", "published", "none")
    assert tides.published_at is not None
    assert tides.published_at.isoformat() == "2024-05-01T08:00:00+00:00"
    assert "Twice" in tides.plain_text
    assert "a day." in tides.plain_text.replace("\n", " ") or "A day." in tides.plain_text
    with hub.db.read() as tx:
        assert store.redirect_target(tx, OLD[platform]) == tides.id


@pytest.mark.parametrize("platform", SOURCES)
def test_the_same_export_again_changes_nothing(hub: Hub, tmp_path: Path, platform: str) -> None:
    source = lay(tmp_path / "source", SOURCES[platform])
    _, first = take(hub, source, tmp_path)
    (tmp_path / "other").mkdir()
    assert take(hub, source, tmp_path)[1] == first


def test_substack_says_what_is_a_draft_and_what_is_not_there(hub: Hub, tmp_path: Path) -> None:
    export, posts = take(hub, lay(tmp_path / "source", SOURCES["substack"]), tmp_path)
    assert posts["soon"].status == "draft"
    assert posts["paid"].status == "draft"
    assert [problem.item for problem in export.refused] == ["104.lost"]
    assert [problem.item for problem in export.notes] == ["103.paid"]


def test_wordpress_pages_authors_topics_and_classic_text(hub: Hub, tmp_path: Path) -> None:
    _, posts = take(hub, lay(tmp_path / "source", SOURCES["wordpress"]), tmp_path)
    about = posts["about"]
    assert (about.kind, about.status) == ("page", "draft")
    assert "<p>First.</p>" in about.html
    assert "Second &amp; last." in about.html
    with hub.db.read() as tx:
        assert [a.name for a in store.authors_of(tx, posts["tides"].id)] == ["Ada L"]
        assert [t.name for t in store.topics_of(tx, posts["tides"].id)] == ["Ropes"]
    assert set(posts) == {"tides", "about"}


def test_ghost_addresses_and_inner_tags(hub: Hub, tmp_path: Path) -> None:
    export, posts = take(hub, lay(tmp_path / "source", SOURCES["ghost"]), tmp_path)
    assert 'href="/x/"' in posts["tides"].html
    with hub.db.read() as tx:
        assert [t.name for t in store.topics_of(tx, posts["tides"].id)] == ["Ropes"]
    assert [problem.item for problem in export.refused] == ["Bare"]


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    bomb = WXR.replace("<rss", '<!DOCTYPE lolz [<!ENTITY lol "lol">]><rss', 1)
    export = lay(tmp_path / "source", {"a.xml": bomb})
    with pytest.raises(Refused, match="DOCTYPE"):
        exports.converted(export, tmp_path / "into")


def test_what_is_broken_in_the_middle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"a\.xml cannot be read"):
        exports.converted(lay(tmp_path / "s", {"a.xml": WXR[:-60]}), tmp_path / "into")


@pytest.mark.parametrize("name", ["posts.csv", "boats.json", "a.xml"])
def test_what_no_platform_wrote_is_left_to_others(tmp_path: Path, name: str) -> None:
    source = lay(tmp_path / "source", {name: "email\nada@reader.test\n"})
    assert exports.converted(source, tmp_path / "into") is None
    assert exports.converted(source / name, tmp_path / "into") is None


def test_html_holds_no_empty_line_and_keeps_its_code() -> None:
    assert block("<p>a</p>\n\n<p>b</p><h2>c</h2>") == "<p>a</p>\n<p>b</p>\n<h2>c</h2>"
    assert block("<pre>a\n\nb</pre>") == "<pre>a\n&#10;b</pre>"
    assert block("just <em>this</em>") == "<div>\njust <em>this</em>\n</div>"
    assert block(" <!-- nothing --> ") == ""
    assert classic("one\n\ntwo") == "one\n\ntwo"
