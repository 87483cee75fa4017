"""The code is built as DESIGN.md says; and the walk that checks it sees what it should."""

from pathlib import Path

import pytest

from tests.house import faults, read, standard_sqlite

ROOT = Path(__file__).parent.parent


def test_the_house_is_built_as_planned() -> None:
    assert faults(read(ROOT / "hub")) == []


@pytest.mark.parametrize("folder", ["hub", "tests", "bench", "demo", "audit"])
def test_nothing_imports_the_other_sqlite(folder: str) -> None:
    assert standard_sqlite(read(ROOT / folder)) == []


def test_the_other_sqlite_is_seen() -> None:
    assert standard_sqlite({"a": "def f():\n    from sqlite3 import connect"}) == ["a"]


PLANTED = [
    ("hub.content.store", "from hub.audience import store", "beside or below"),
    ("hub.content.writing", "from hub.newsletter.model import Edition", "beside or below"),
    ("hub.audience.rules", "import hub.content.model", "beside or below"),
    ("hub.content.writing", "from hub.app import create_app", "joins the parts"),
    ("hub.site.options", "from hub.web import pages", "beside or below"),
    ("hub.content.writing", "from hub.content import views", "imports views"),
    ("hub.admin.desk", "from hub.content.views import ROUTES", "imports views"),
    ("hub.content.writing", "from starlette.requests import Request", "starlette"),
    ("hub.cli.posts", "from starlette.requests import Request", "starlette"),
    ("hub.content.model", "from hub.content import store", "a model is a leaf"),
    ("hub.content.model", "from hub.db import Transaction", "a model is a leaf"),
    ("hub.content.store", "from hub.content import writing", "below the actions"),
    ("hub.errors", "from hub.db import Transaction", "is a leaf"),
    ("hub.settings", "from hub.site import store", "is a leaf"),
    ("hub.content.store", "import psycopg", "talks to a driver"),
    ("hub.content.store", "from sqlite_utils import Database", "talks to a driver"),
    ("hub.content.store", "from sqlite_utils.utils import sqlite3", "talks to a driver"),
    ("hub.app", "from hub.db.sqlite import SqliteDatabase", "hub.db itself"),
    ("hub.content.store", "from hub.db.rows import reader", "hub.db itself"),
    ("hub.content.writing", "from hub.db.texts import BUSY", "hub.db itself"),
    ("hub.content.writing", "def f():\n    import json", "inside a function"),
    ("hub.cli.posts", "async def f():\n    from hub import app", "inside a function"),
    ("hub.content.writing", "import importlib\nimportlib.import_module('x')", "by name"),
    ("hub.content.writing", "def f(tx):\n    return tx.engine == 'sqlite'", "which engine"),
    ("hub.web.pages", "def f(hub):\n    return hub.settings.database", "where the database"),
    ("hub.content.views", "def f(tx):\n    tx.execute('DELETE FROM posts')", "holds SQL"),
    ("hub.web.pages", "def f(tx, n):\n    tx.one(int, f'SELECT {n} FROM posts')", "holds SQL"),
    ("hub.shop.store", "from hub.content import store", "does not know the folder"),
    ("hub.content.slugs", "from .writing import create", "in a circle"),
]
# What the plan allows, one module of each kind.
SOUND = {
    "hub": "",
    "hub.errors": "",
    "hub.settings": "from hub.errors import SettingError",
    "hub.times": "",
    "hub.limits": "from hub.db import Transaction",
    "hub.db": "from hub.db.opening import open_database",
    "hub.db.opening": "def f():\n    from hub.db.postgres import PostgresDatabase",
    "hub.db.postgres": "import psycopg",
    "hub.db.sqlite": "from sqlite_utils.utils import sqlite3",
    "hub.db.rows": "",
    "hub.db.texts": "",
    "hub.site": "",
    "hub.site.store": "from hub.db import Transaction\nfrom hub.site import options",
    "hub.site.options": "from hub.errors import Refused",
    "hub.content": "",
    "hub.content.model": "",
    "hub.content.store": "from hub.db import Transaction\nfrom hub.content.model import Post",
    "hub.content.slugs": "from hub.errors import Refused",
    "hub.content.writing": "from hub.content import slugs, store\nfrom hub import limits",
    "hub.content.search": "def f(tx):\n    return tx.engine",
    "hub.content.views": (
        "from starlette.requests import Request\nfrom hub.content import writing\n"
        "from hub.web import pages"
    ),
    "hub.audience": "",
    "hub.audience.store": "from hub.db import Transaction",
    "hub.audience.rules": "",
    "hub.audience.importing": "from sqlite_utils.utils import rows_from_file",
    "hub.newsletter": "",
    "hub.newsletter.model": "",
    "hub.newsletter.planning": "from hub.content import store\nfrom hub.audience import rules",
    "hub.web": "",
    "hub.web.pages": "from starlette.requests import Request\nfrom hub.site import store",
    "hub.admin": "",
    "hub.admin.desk": "from hub.content import writing\nfrom hub.web import pages",
    "hub.app": "from hub.content import views\nfrom hub.db import open_database",
    "hub.cli": "import importlib\nimportlib.import_module('hub.cli.posts')",
    "hub.cli.posts": "from hub.app import create_app",
}


def test_what_the_plan_allows_is_no_fault() -> None:
    assert faults(SOUND) == []


@pytest.mark.parametrize(("module", "line", "expected"), PLANTED)
def test_a_planted_fault_is_found(module: str, line: str, expected: str) -> None:
    planted = {**SOUND, module: f"{SOUND.get(module, '')}\n{line}"}
    assert [fault for fault in faults(planted) if module in fault and expected in fault]


def test_two_modules_of_smtp_are_a_fault() -> None:
    planted = {**SOUND, "hub.audience.rules": "import aiosmtplib", "hub.app": "import aiosmtplib"}
    assert any("more than one" in fault for fault in faults(planted))
