import pytest

from hub.db import Database
from hub.errors import Refused
from hub.site import options, store


def test_an_option_comes_back_as_it_was_put(db: Database) -> None:
    with db.write() as tx:
        store.put(tx, "title", "  Carnet d'atelier ")
    with db.read() as tx:
        assert store.load(tx).title == "Carnet d'atelier"


def test_a_base_url_from_the_environment_beats_the_stored_one(db: Database) -> None:
    with db.write() as tx:
        store.put(tx, "base_url", "https://stored.test/")
    with db.read() as tx:
        assert store.load(tx).base_url == "https://stored.test"
        assert store.load(tx, base_url="https://given.test").base_url == "https://given.test"


def test_a_changed_option_makes_every_page_new(db: Database) -> None:
    before = db.site_version()
    with db.write() as tx:
        store.put(tx, "title", "Other")
    assert db.site_version() > before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", "x" * 121),
        ("title", "two\nlines"),
        ("title", "null\0byte"),
        ("language", "de"),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
        ("base_url", "example.org"),
        ("base_url", "https://example.org/path"),
        ("base_url", "javascript:alert(1)"),
        ("base_url", "http://not a url"),
        ("posts_per_page", "0"),
        ("posts_per_page", "ten"),
        ("posts_per_page", "²"),
        ("weekly_day", "caturday"),
        ("weekly_time", "24:00"),
        ("owner_email", "nobody"),
        ("bounce_address", "nobody"),
        ("bounce_address", "b" * 32 + "@hub.test"),
        ("bounce_address", "é@hub.test"),
        ("send_per_second", "0"),
        ("send_per_second", "-1"),
        ("send_per_second", "nan"),
        ("send_per_second", "1e3"),
        ("send_per_second", "٣"),
        ("send_per_hour", "0"),
        ("send_per_day", "many"),
        ("send_connections", "51"),
        ("send_connections", ""),
        ("ramp_up", "0.5"),
        ("send_per_domain", "gmail.com"),
        ("send_per_domain", "gmail.com 5"),
        ("send_per_domain", "gmail.com 0/s"),
        ("send_per_domain", "gmail.com 5/w"),
        ("send_per_domain", "nowhere 5/s"),
        ("send_per_domain", "*.com 5/s"),
        ("send_per_domain", "a@b.test 5/s"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Refused) as caught:
        options.checked(name, value)
    assert caught.value.field == name


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(Refused, match="no setting called speed"):
        options.checked("speed", "fast")
