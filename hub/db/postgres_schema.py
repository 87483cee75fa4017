"""Brings a PostgreSQL database up to the schema of this program, or says why it cannot."""

from typing import Any

import psycopg

from hub.db.migrations import scripts
from hub.errors import SettingError
from hub.times import to_text, utcnow

Connection = psycopg.Connection[tuple[Any, ...]]

# The advisory lock of whoever writes: the bytes of "hub".
WRITE_LOCK = 0x687562
OLDEST_SERVER = 14
# A migration of a large hub may take a while, and the process beside it waits for its end.
PATIENCE = "10min"


def bring_up(connection: Connection, *, migrate: bool) -> None:
    """Check the server, apply what is missing when `migrate`, look that the hub can be read.

    `connection` is in autocommit mode. Raises SettingError in one line for a database that
    cannot be used, psycopg's errors when it goes away.
    """
    _check_server(connection)
    try:
        pending = _pending(connection)
        if pending and migrate:
            _apply(connection)
        elif pending:
            raise SettingError("HUB_DATABASE: the database holds no hub of this version")
        _value(connection, "SELECT uid FROM hub WHERE id = 1")
    except psycopg.errors.InsufficientPrivilege as error:
        raise SettingError(
            f"HUB_DATABASE: {_who(connection)} may not use the tables of the hub: "
            f"{error.diag.message_primary}"
        ) from error


def _check_server(connection: Connection) -> None:
    version = connection.info.server_version
    if version < OLDEST_SERVER * 10_000:
        raise SettingError(
            f"HUB_DATABASE: the server is PostgreSQL {version // 10_000}; "
            f"the hub needs {OLDEST_SERVER} or newer"
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise SettingError(
            f"HUB_DATABASE: the database stores text as {encoding}; make one with ENCODING 'UTF8'"
        )
    if _value(connection, "SELECT pg_is_in_recovery()"):
        raise SettingError("HUB_DATABASE: this server is a standby that cannot be written to")


def _has_hub(connection: Connection) -> bool:
    return _value(connection, "SELECT to_regclass('hub_migrations')") is not None


def _pending(connection: Connection) -> list[str]:
    """The names of the migrations that are missing."""
    known = [script.name for script in scripts("postgres")]
    if not _has_hub(connection):
        return known
    rows = connection.execute("SELECT name FROM hub_migrations ORDER BY name").fetchall()
    applied = [str(row[0]) for row in rows]
    newer = [name for name in applied if name not in known]
    if newer:
        raise SettingError(
            f"HUB_DATABASE was written by a newer version of the hub ({newer[-1]}); update the hub"
        )
    return [name for name in known if name not in applied]


def _check_empty(connection: Connection) -> None:
    schema = _value(connection, "SELECT current_schema()")
    if schema is None:
        raise SettingError("HUB_DATABASE: there is no schema on the search_path")
    if not _value(connection, "SELECT has_schema_privilege(current_schema(), 'CREATE')"):
        raise SettingError(
            f"HUB_DATABASE: {_who(connection)} may not create tables in the schema {schema}; "
            "make the role the owner of the database"
        )
    # What extensions brought along does not count.
    others = connection.execute(
        "SELECT relname FROM pg_class c WHERE relnamespace = current_schema()::regnamespace"
        " AND relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT EXISTS (SELECT 1 FROM pg_depend d"
        " WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
        " ORDER BY relname"
    ).fetchall()
    if others:
        names = ", ".join(str(row[0]) for row in others[:3])
        raise SettingError(
            f"HUB_DATABASE: the database holds something else ({names}); "
            "give the hub a database of its own"
        )


def _apply(connection: Connection) -> None:
    """Apply what is missing in one transaction, while nobody else writes or migrates."""
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        connection.execute(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
        # Another process may have done it while this one waited; what it did is whole now.
        pending = _pending(connection)
        if not pending:
            return
        if not _has_hub(connection):
            _check_empty(connection)
        connection.execute(
            'CREATE TABLE IF NOT EXISTS hub_migrations (name text COLLATE "C" PRIMARY KEY,'
            ' applied_at text COLLATE "C" NOT NULL)'
        )
        for script in scripts("postgres"):
            if script.name in pending:
                # Without parameters the script runs as it is, all statements at once.
                connection.execute(script.sql.encode())
                connection.execute(
                    "INSERT INTO hub_migrations (name, applied_at) VALUES (%s, %s)",
                    (script.name, to_text(utcnow())),
                )


def _who(connection: Connection) -> str:
    return f"the role {connection.info.user}"


def _value(connection: Connection, sql: str) -> Any:
    row = connection.execute(sql.encode()).fetchone()
    return None if row is None else row[0]
