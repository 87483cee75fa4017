"""The write-ahead log of SQLite, brought into the file by a thread of its own.

https://www.sqlite.org/wal.html#checkpointing: left alone, the writer does it at a commit, and the
next transaction waits for the disk. Beside it, it does so only where the log has grown too long.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the driver it chose

from hub import logs


class Checkpoints:
    """`connection` is for nothing else, and closed at the end. One runs at a time."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._asked = threading.Lock()
        self._running: Future[None] | None = None

    def ask(self) -> None:
        """Bring in what is committed by now, unless an earlier one is still at work."""
        with self._asked:
            if self._running is None or self._running.done():
                self._running = self._thread.submit(self._run)

    def close(self) -> None:
        """Waits for the one that runs."""
        self._thread.shutdown()
        self._connection.close()

    def _run(self) -> None:
        try:
            # PASSIVE waits for nobody, and nobody waits for it.
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            # Nothing is lost: what is in the log stays there until a later one.
            logs.warning("database.checkpoint", reason=type(error).__name__)
