"""Chooses the engine. SQLite needs nothing but the data folder."""

from pathlib import Path

from hub.db.seam import Database
from hub.db.sqlite import SqliteDatabase
from hub.errors import Refused, SettingError
from hub.settings import Settings


def open_database(settings: Settings) -> Database:
    """The hub's database, brought up to the schema of this program.

    Raises SettingError in one line for a database that cannot be used.
    """
    if not settings.database:
        return SqliteDatabase(settings.database_file)
    database = _open_postgres(settings.database)
    try:
        with database.read() as tx:
            uid = str(tx.scalar("SELECT uid FROM hub WHERE id = 1"))
        _check_belongs(settings, uid)
    except BaseException:
        database.close()
        raise
    return database


def open_address(address: str, *, data: Path) -> Database:
    """The database at `postgresql://…`, or in the file of `sqlite:PATH` (made when missing;
    without a path: hub.db in the data folder). Whose hub it holds is not asked.

    Raises Refused for another kind of address, SettingError for a database that cannot be used.
    """
    if address.startswith(("postgresql://", "postgres://")):
        return _open_postgres(address)
    scheme, _, path = address.partition(":")
    if scheme != "sqlite":
        raise Refused("This must be postgresql://user:password@host/name or sqlite:PATH.")
    return SqliteDatabase(Path(path.removeprefix("//") or data / "hub.db"))


def _open_postgres(url: str) -> Database:
    # psycopg is an extra and takes 0.4 s to import: only who chose PostgreSQL pays for it.
    try:
        from hub.db.postgres import PostgresDatabase
    except ImportError as error:
        raise SettingError(
            f"HUB_DATABASE: PostgreSQL needs the extra `postgres` of the hub ({error})"
        ) from error
    return PostgresDatabase(url)


def _check_belongs(settings: Settings, uid: str) -> None:
    """Refuse the database of another hub: pictures and the key of links are in this folder.

    The folder keeps the uid of the hub whose database it was used with first.
    """
    file = settings.data / "hub.uid"
    try:
        if not file.exists():
            file.write_text(f"{uid}\n", encoding="ascii")
        known = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"HUB_DATA: cannot use {file}: {error}") from error
    if known != uid:
        raise SettingError(
            f"HUB_DATABASE is the database of another hub ({uid}) than the folder "
            f"{settings.data} ({known}); remove {file} if they shall belong together"
        )
