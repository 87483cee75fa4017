"""Import and export at the desk, as an owner meets them."""

import io
import zipfile

import pytest
from starlette.testclient import TestClient

from hub.audience import list_imports, transfer
from hub.audience.import_lane import ImportLane
from hub.content import shelf
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW

HOME = "/admin/subscribers/lists"
LIST = b"Email Address,Ville\nada@reader.test,Brest\nnobody,Brest\n"


def work(hub: Hub) -> None:
    lane = ImportLane(hub.db, hub.settings.imports, shelf.topic_slugs)
    while lane.work(NOW):
        pass


def give(desk: TestClient, data: bytes = LIST, name: str = "list.csv") -> str:
    answer = desk.post(HOME, files={"list": (name, data)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def emails(hub: Hub) -> list[str]:
    with hub.db.read() as tx:
        return [person.email for person in transfer.records(tx)]


@pytest.fixture
def read(desk: TestClient, hub: Hub) -> str:
    """The address of a list that was read."""
    path = give(desk)
    work(hub)
    return path


def test_a_list_is_looked_at_before_anybody_is_taken(desk: TestClient, hub: Hub, read: str) -> None:
    page = desk.get(read).text
    assert "What would happen" in page
    assert "This is not an e-mail address" in page
    assert "column “Ville”" in page
    assert emails(hub) == []
    rows = desk.get(f"{read}/rows.csv")
    assert rows.headers["content-disposition"].startswith("attachment")
    assert "ada@reader.test,new" in rows.text


def test_its_owner_says_where_people_agreed_and_takes_it(
    desk: TestClient, hub: Hub, read: str
) -> None:
    refused = desk.post(f"{read}/import", data={"consent": " "})
    assert refused.status_code == 400
    assert "Say where these people agreed" in refused.text
    assert desk.post(f"{read}/import", data={"consent": "at the fair"}).status_code == 303
    assert 'http-equiv="refresh"' in desk.get(read).text
    work(hub)
    assert "What happened" in desk.get(read).text
    assert desk.get(f"{read}/progress.json").json() == {
        "id": 1,
        "state": "done",
        "position": 2,
        "total": 2,
        "counts": {"new": 1, "invalid": 1},
    }
    assert emails(hub) == ["ada@reader.test"]


def test_the_mapping_can_be_corrected(desk: TestClient, hub: Hub, read: str) -> None:
    assert desk.post(f"{read}/mapping", data={"use0": "email", "use1": "name"}).status_code == 303
    work(hub)
    desk.post(f"{read}/import", data={"consent": "at the fair"})
    work(hub)
    with hub.db.read() as tx:
        (ada,) = transfer.records(tx)
    assert ada.name == "Brest"


def test_a_list_that_waits_for_the_worker_says_so(desk: TestClient) -> None:
    assert "No worker is running" in desk.get(give(desk)).text


def test_what_the_worker_is_at_can_be_stopped(desk: TestClient, hub: Hub, read: str) -> None:
    looked_at = give(desk, name="other.csv")
    assert f'action="{looked_at}/stop"' in desk.get(looked_at).text
    assert desk.post(f"{looked_at}/stop").headers["location"] == f"{HOME}?done=list-stopped"
    assert desk.get(looked_at).status_code == 404
    desk.post(f"{read}/import", data={"consent": "at the fair"})
    desk.post(f"{read}/stop")
    work(hub)
    page = desk.get(read).text
    assert "Stopped after 0 of 2 rows." in page
    assert 'http-equiv="refresh"' not in page
    # The other one is gone with its file; this one can go on.
    assert len(list(hub.settings.imports.iterdir())) == 1
    desk.post(f"{read}/go-on")
    work(hub)
    assert emails(hub) == ["ada@reader.test"]
    log = desk.get("/admin/log").text
    assert "Stopped the import of “list.csv”" in log
    assert "Let the import of “list.csv” go on" in log
    # Too late: nothing happens, and the page says what did.
    assert desk.post(f"{read}/stop").headers["location"] == read


def test_an_upload_says_that_the_same_file_waits(desk: TestClient, hub: Hub, read: str) -> None:
    assert "A file of the same name" not in desk.get(read).text
    again, other = give(desk), give(desk, name="other.csv")
    page = desk.get(again).text
    assert "A file of the same name, “list.csv”" in page
    assert f'<a href="{read}">waiting for you</a>' in page
    page = desk.get(other).text
    assert "A file of the same name" not in page
    # One at a time, in the order in which they came.
    assert "Another list comes first" in page
    work(hub)
    assert "Another list comes first" not in desk.get(other).text
    desk.post(f"{read}/delete")
    assert "A file of the same name" not in desk.get(again).text


def test_a_zip_with_three_files_of_mailchimp(desk: TestClient, hub: Hub) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("subscribed_x.csv", "Email Address,LEID,EUID\na@reader.test,1,a\n")
        archive.writestr("cleaned_x.csv", "Email Address,LEID,EUID\nb@reader.test,2,b\n")
    path = give(desk, data.getvalue(), "export.zip")
    work(hub)
    assert "Read as mailchimp: 2 rows" in desk.get(path).text


def test_what_is_no_list_is_refused_in_words(desk: TestClient, hub: Hub) -> None:
    path = give(desk, b"\x89PNG\r\n\0\0", "photo.csv")
    work(hub)
    page = desk.get(path).text
    assert "NUL byte" in page
    assert "Nothing more is taken of it." in page


def test_no_file_is_no_list(desk: TestClient) -> None:
    answer = desk.post(HOME, files={"list": ("", b"")})
    assert answer.status_code == 400
    assert "Choose a file first." in answer.text


@pytest.mark.parametrize("name", ["../../hub.db", "C:\\lists\\a.csv", "\u202eevil.csv", "..", ""])
def test_the_name_of_a_file_leads_nowhere(desk: TestClient, hub: Hub, name: str) -> None:
    give(desk, LIST, name or "x")
    with hub.db.read() as tx:
        (job,) = list_imports.latest(tx)
    files = list((hub.settings.imports / job.folder / "file").iterdir())
    assert [file.name for file in files] == [job.name]
    assert not set("/\\\u202e") & set(job.name)


def test_nothing_stays_of_an_upload_that_was_cut_off(desk: TestClient, hub: Hub) -> None:
    desk.post(HOME, content=b"--x\r\nbroken", headers={"content-type": "multipart/form-data"})
    assert list(hub.settings.imports.glob(".incoming-*")) == []


def test_a_forgotten_list_is_gone_with_its_file(desk: TestClient, hub: Hub, read: str) -> None:
    assert desk.post(f"{read}/delete").status_code == 303
    assert list(hub.settings.imports.iterdir()) == []
    assert desk.get(read).status_code == 404


@pytest.mark.parametrize(
    ("form", "header"),
    [
        ("csv", "email,name,status,"),
        ("ndjson", '{"email":"ada@reader.test"'),
        ("ghost", "email,name,note,subscribed_to_emails,"),
        ("mailchimp", "Email Address,First Name,Last Name,"),
        ("buttondown", "email,notes,subscriber_type,"),
        ("listmonk", "email,name,attributes,status,"),
    ],
)
def test_the_list_is_downloaded(
    desk: TestClient, hub: Hub, read: str, form: str, header: str
) -> None:
    desk.post(f"{read}/import", data={"consent": "at the fair"})
    work(hub)
    answer = desk.get(f"/admin/subscribers/export?format={form}")
    assert answer.status_code == 200
    assert answer.text.startswith(header)
    assert list(hub.settings.data.glob(".export-*")) == []


def test_an_editor_sees_no_list(hub: Hub, desk: TestClient) -> None:
    assert desk.get("/admin/subscribers/export?format=xml").status_code == 404


def test_two_columns_of_addresses_are_decided_at_the_desk(desk: TestClient, hub: Hub) -> None:
    path = give(desk, b"work,home\nada@reader.test,ada@home.test\n")
    work(hub)
    page = desk.get(path).text
    assert "Several columns hold addresses (work, home)" in page
    assert 'name="use1"' in page
    assert desk.post(f"{path}/mapping", data={"use0": "email", "use1": "none"}).status_code == 303
    work(hub)
    desk.post(f"{path}/import", data={"consent": "at the fair"})
    work(hub)
    assert emails(hub) == ["ada@reader.test"]


def test_the_page_says_who_gets_mail_and_what_may_hide_who_left(desk: TestClient, hub: Hub) -> None:
    path = give(desk, b"email,status,Unsub?\nada@reader.test,active,\nbob@reader.test,bounced,\n")
    work(hub)
    page = desk.get(path).text
    assert "Get mail afterwards: 1. Do not: 1." in page
    assert "No mail: mail came back" in page
    assert page.index("Not understood: “Unsub?”. People who left") < page.index("What would happen")
    # Reading it again silences nothing that the owner did not decide.
    uses = {"use0": "email", "use1": "status", "use2": ""}
    desk.post(f"{path}/mapping", data={**uses, "consent": "at the fair"})
    work(hub)
    page = desk.get(path).text
    assert "Not understood: “Unsub?”" in page
    # What was typed of where they agreed is still there; and the question can be answered.
    assert "at the fair</textarea>" in page
    desk.post(f"{path}/mapping", data={**uses, "use2": "none"})
    work(hub)
    assert "Not understood" not in desk.get(path).text


@pytest.mark.parametrize("uses", [("none", "name"), ("email", "email")])
def test_one_column_has_to_hold_the_addresses(
    desk: TestClient, hub: Hub, read: str, uses: tuple[str, str]
) -> None:
    form = {"use0": uses[0], "use1": uses[1], "consent": "at the fair"}
    answer = desk.post(f"{read}/mapping", data=form)
    assert answer.status_code == 400
    assert 'id="columns-error"' in answer.text
    assert "at the fair</textarea>" in answer.text
    # The list is as it was.
    assert "Import this list" in desk.get(read).text


def test_topics_that_are_offered_are_topics_before_an_article_has_them(
    desk: TestClient, hub: Hub
) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "offered_topics", "ropes")
    path = give(desk, b"email,tags\nada@reader.test,Ropes\n")
    work(hub)
    desk.post(f"{path}/import", data={"consent": "at the fair"})
    work(hub)
    with hub.db.read() as tx:
        assert [person.topics for person in transfer.records(tx)] == [("ropes",)]


def test_the_french_desk_speaks_french_of_lists(desk: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "language", "fr")
    broken = give(desk, b'email\nada@reader.test,"\n')
    whole = give(desk)
    work(hub)
    assert "un guillemet n’est jamais refermé" in desk.get(broken).text
    assert "reçoit du courrier" in desk.get(f"{whole}/rows.csv").text
    desk.post(f"{whole}/import", data={"consent": "at the fair"})
    work(hub)
    assert "importée" in desk.get(whole).text


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("format=mailchimp&status=bounced", "cleaned_members_export.csv"),
        ("format=ghost&status=unsubscribed", "unsubscribed-ghost.csv"),
        ("format=csv", "subscribers.csv"),
    ],
)
def test_a_download_is_named_after_who_is_in_it(desk: TestClient, query: str, name: str) -> None:
    answer = desk.get(f"/admin/subscribers/export?{query}")
    assert name in answer.headers["content-disposition"]


def test_mailchimp_is_refused_who_never_confirmed(desk: TestClient) -> None:
    answer = desk.get("/admin/subscribers/export?format=mailchimp&status=pending")
    assert answer.status_code == 400
    assert "never confirmed" in answer.text
