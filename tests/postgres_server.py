"""A throw-away PostgreSQL server for the tests: on a unix socket, in a folder of its own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from itertools import count
from pathlib import Path

import psycopg

# Nothing of this outlives the tests, so nothing waits for the disk.
_OPTIONS = {
    "listen_addresses": "''",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_connections": "60",
}
# A database for each test is hundreds of small files: three times as quick without a disk.
_MEMORY = Path("/dev/shm")
_ROOM = 2_000_000_000
# For figures: as Debian sets it up, but on a socket.
DURABLE = {"listen_addresses": "''"}
_USER = "postgres"


def why_not() -> str:
    """Why no server can be started here; empty when one can."""
    if _programs() is None:
        return "no PostgreSQL server is installed (apt-get install postgresql)"
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return (
            "PostgreSQL does not run as root, and setpriv is missing (apt-get install util-linux)"
        )
    if os.geteuid() == 0 and not any(user.pw_name == _USER for user in pwd.getpwall()):
        return f"PostgreSQL does not run as root, and there is no user {_USER}"
    return ""


class Server:
    """Starts at once; `database()` makes fresh ones, `close()` removes everything."""

    def __init__(self, options: Mapping[str, str] = _OPTIONS) -> None:
        programs = _programs()
        assert programs is not None
        self.programs = programs
        self._options = options
        # Not under pytest's folder: that belongs to its user alone, and a socket's path is short.
        fleeting = options is _OPTIONS and _MEMORY.is_dir()
        fleeting = fleeting and shutil.disk_usage(_MEMORY).free > _ROOM
        self._folder = Path(tempfile.mkdtemp(prefix="hub-pg-", dir=_MEMORY if fleeting else None))
        self._names = count()
        if os.geteuid() == 0:
            shutil.chown(self._folder, _USER)
        self._run("initdb", "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()
        with psycopg.connect(self.url()) as connection:
            version = connection.info.server_version
        # Files are copied as files; older servers know no other way.
        self._strategy = "STRATEGY FILE_COPY" if fleeting and version >= 150000 else ""

    def start(self) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in self._options.items())
        log = str(self._folder / "log")
        self._run("pg_ctl", "-w", "-l", log, "-o", f"-k {self._folder} {options}", "start")

    def halt(self) -> None:
        """Cut every connection and end, as in a crash; `start` goes on with the same data."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def close(self) -> None:
        self.halt()
        shutil.rmtree(self._folder)

    def url(self, database: str = "postgres", user: str = _USER) -> str:
        return f"postgresql:///{database}?host={self._folder}&user={user}"

    def execute(self, sql: str, database: str = "postgres") -> None:
        """Run one statement outside a transaction, as the superuser."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(sql.encode())

    def database(self, template: str = "template1") -> str:
        """The name of a fresh database, a copy of `template`."""
        name = f"hub{next(self._names)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} {self._strategy}")
        return name

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", str(self._folder / "data"), *arguments]
        if os.geteuid() == 0:
            drop = ["setpriv", "--reuid", _USER, "--regid", _USER, "--init-groups", "--"]
            command = [*drop, *command]
        # A server that inherits a pipe would keep it open, and this call would never return.
        with (self._folder / f"{program}.out").open("w+") as said:
            done = subprocess.run(
                command, cwd=self._folder, stdout=said, stderr=said, check=False, timeout=60
            )
            said.seek(0)
            if done.returncode != 0:
                raise RuntimeError(f"{program}: {said.read()}")


def _programs() -> Path | None:
    """The folder of initdb and pg_ctl: $PGBIN, the PATH, or where Debian puts them."""
    if named := os.environ.get("PGBIN"):
        return Path(named)
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(installed, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None
