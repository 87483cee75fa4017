"""Hears of changes of the site through LISTEN, on a connection of its own."""

import selectors
import socket
import threading
from collections.abc import Callable
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]


class Listener:
    """`connect` opens a connection in autocommit mode. Errors are psycopg's own; after one
    the next `wait` connects anew."""

    CHANNEL = "hub_site"

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._busy = threading.Lock()
        self._closed = False
        self._bell, self._button = socket.socketpair()
        self._bell.setblocking(False)

    def wait(self, seen: int, seconds: float) -> int:
        """The site's version as soon as it is not `seen`, or after `seconds`."""
        with self._busy:
            if self._closed:
                return seen
            try:
                return self._wait(seen, seconds)
            except BaseException:
                self._drop()
                raise

    def wake(self) -> None:
        """End the `wait` that is running, or the next one."""
        if not self._closed:
            self._button.send(b"!")

    def close(self) -> None:
        self.wake()
        with self._busy:
            self._closed = True
            self._drop()
            self._bell.close()
            self._button.close()

    def _wait(self, seen: int, seconds: float) -> int:
        connection = self._connection
        if connection is None:
            connection = self._connection = self._connect()
            connection.execute(f"LISTEN {self.CHANNEL}")
        # Asked after LISTEN, so that no change falls between; and at every wait, so that a
        # connection that has silently died is noticed.
        version = _version(connection)
        if version != seen:
            return version
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            selector.register(self._bell, selectors.EVENT_READ)
            selector.select(seconds)
        try:
            while self._bell.recv(64):
                pass
        except BlockingIOError:
            pass
        for _ in connection.notifies(timeout=0):
            pass
        return _version(connection)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _version(connection: Connection) -> int:
    row = connection.execute("SELECT site_version FROM hub WHERE id = 1").fetchone()
    return int(row[0]) if row else 0
