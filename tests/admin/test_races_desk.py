"""Two people write one article: what each changed is put together, and no word is lost."""

import pytest
from starlette.testclient import TestClient

from hub.content import publishing, store
from hub.content.model import Post
from hub.times import to_text
from hub.web.state import Hub
from tests.admin.conftest import write


@pytest.fixture
def form(article: Post) -> dict[str, str]:
    """What stands on the page of the article, for both of them."""
    return {
        "title": article.title,
        "markdown": article.markdown,
        "slug": article.slug,
        "newsletter": "digest",
        "language": "en",
        "updated_at": to_text(article.updated_at),
        "action": "save",
    }


def now(hub: Hub, article: Post) -> Post:
    with hub.db.read() as tx:
        return publishing.find(tx, article.id)


def test_what_each_of_two_changed_is_saved(
    desk: TestClient, hub: Hub, article: Post, form: dict[str, str]
) -> None:
    url = f"/admin/posts/{article.id}"
    desk.post(url, data={**form, "title": "Theirs", "topics": "Sea", "newsletter": "none"})
    late = desk.post(url, data={**form, "markdown": "Mine.", "excerpt": "Summed up."})
    assert late.status_code == 303
    both = now(hub, article)
    assert (both.title, both.markdown, both.excerpt) == ("Theirs", "Mine.", "Summed up.")
    assert (both.newsletter, both.html.strip()) == ("none", "<p>Mine.</p>")
    with hub.db.read() as tx:
        assert [topic.name for topic in store.topics_of(tx, article.id)] == ["Sea"]
    page = desk.get(late.headers["location"]).text
    assert "both are put together. Theirs: Title, Newsletter, Topics." in page


def test_their_text_is_rendered_when_it_is_taken(
    desk: TestClient, hub: Hub, article: Post, form: dict[str, str]
) -> None:
    url = f"/admin/posts/{article.id}"
    desk.post(url, data={**form, "markdown": "*Theirs*."})
    desk.post(url, data={**form, "title": "Mine"})
    assert now(hub, article).html.strip() == "<p><em>Theirs</em>.</p>"


def test_only_what_both_changed_is_asked(
    desk: TestClient, hub: Hub, article: Post, form: dict[str, str]
) -> None:
    url = f"/admin/posts/{article.id}"
    desk.post(url, data={**form, "title": "Theirs", "newsletter": "none", "topics": "Sea"})
    mine = {"title": "Mine", "newsletter": "digest+each", "excerpt": "Summed up."}
    late = desk.post(url, data={**form, **mine})
    assert late.status_code == 409
    race = late.text.partition('id="race"')[2].partition("</section>")[0]
    assert "Ada saved it on" in race
    assert "Only they changed: Topics." in race
    assert "Only you changed: Summary." in race
    for theirs, own in [("Theirs", "Mine"), ("not in the newsletter", "in the digest, and")]:
        assert f"<dd>{theirs}" in race
        assert f"<dd>{own}" in race
    assert "<strong>Text</strong>" not in race
    # What is in the form is of both; saving it is a decision.
    assert 'name="topics" type="text" value="Sea"' in late.text
    assert 'value="Mine"' in late.text
    assert to_text(now(hub, article).updated_at) in late.text
    assert now(hub, article).title == "Theirs"


def test_both_texts_are_shown_whole(desk: TestClient, article: Post, form: dict[str, str]) -> None:
    url = f"/admin/posts/{article.id}"
    desk.post(url, data={**form, "markdown": "Their words."})
    late = desk.post(url, data={**form, "markdown": "My words."}).text
    assert late.count("Their words.</textarea>") == 1
    assert late.count("My words.</textarea>") == 2


def test_a_refused_form_does_not_write_over_who_saved_meanwhile(
    desk: TestClient, hub: Hub, article: Post, form: dict[str, str]
) -> None:
    url = f"/admin/posts/{article.id}"
    desk.post(url, data={**form, "title": "Theirs"})
    refused = desk.post(url, data={**form, "title": "Mine", "slug": "!!!"})
    assert form["updated_at"] in refused.text
    assert desk.post(url, data={**form, "title": "Mine"}).status_code == 409


def test_the_menu_of_a_page_is_put_together_too(desk: TestClient, hub: Hub) -> None:
    page = write(desk, hub, kind="page", title="About", markdown="x")
    form = {"kind": "page", "title": "About", "markdown": "x", "in_menu": "yes"}
    form["updated_at"] = to_text(page.updated_at)
    desk.post(f"/admin/posts/{page.id}", data={**form, "in_menu": "no"})
    desk.post(f"/admin/posts/{page.id}", data={**form, "markdown": "y"})
    assert (now(hub, page).in_menu, now(hub, page).markdown) == (0, "y")
