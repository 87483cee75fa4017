"""Chooses the engine. SQLite needs nothing but the data folder."""

from hub.db.seam import Database
from hub.db.sqlite import SqliteDatabase
from hub.errors import SettingError
from hub.settings import Settings


def open_database(settings: Settings) -> Database:
    """The hub's database, brought up to the schema of this program.

    Raises SettingError in one line for a database that cannot be used.
    """
    if settings.database:
        raise SettingError("HUB_DATABASE: PostgreSQL is not supported yet; leave it empty")
    return SqliteDatabase(settings.database_file)
