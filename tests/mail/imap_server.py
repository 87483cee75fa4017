"""A small IMAP server in a thread, with one folder that a test fills and looks into."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hub.settings import ImapBox

PASSWORD = 'pass "word"'


@dataclass
class ImapServer:
    """`messages` by UID; `flags` by UID; `moved` holds (UID, folder). `dies_at` closes the
    connection at that command; `sizes` are told instead of the true ones."""

    messages: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, str] = field(default_factory=dict)
    moved: list[tuple[int, str]] = field(default_factory=list)
    folders: set[str] = field(default_factory=lambda: {"INBOX"})
    sizes: dict[int, int] = field(default_factory=dict)
    uid_validity: int = 7
    capabilities: str = "IMAP4rev1"
    dies_at: str = ""
    port: int = 0
    commands: list[str] = field(default_factory=list)

    def add(self, *contents: bytes) -> None:
        for content in contents:
            self.messages[max(self.messages, default=0) + 1] = content

    def box(self, **more: str) -> ImapBox:
        given: dict[str, Any] = {"tls": "no", "password": PASSWORD, **more}
        return ImapBox("127.0.0.1", self.port, "bounces@hub.test", **given)

    @contextmanager
    def running(self) -> Iterator["ImapServer"]:
        state = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* OK ready\r\n")
                while line := self.rfile.readline():
                    tag, _, command = line.decode().strip().partition(" ")
                    state.commands.append(command)
                    if state.dies_at and command.startswith(state.dies_at):
                        return
                    for answer in state.answers(command):
                        self.wfile.write(answer.replace(b"%TAG", tag.encode()))
                    if command == "LOGOUT":
                        return

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def answers(self, command: str) -> Iterator[bytes]:
        ok = b"%TAG OK done\r\n"
        word, _, rest = command.partition(" ")
        if word == "CAPABILITY":
            yield f"* CAPABILITY {self.capabilities}\r\n".encode()
        elif word == "LOGIN":
            right = rest == '"bounces@hub.test" "pass \\"word\\""'
            ok = ok if right else b"%TAG NO [AUTHENTICATIONFAILED] who are you\r\n"
        elif word == "SELECT":
            yield f"* {len(self.messages)} EXISTS\r\n".encode()
            yield f"* OK [UIDVALIDITY {self.uid_validity}] ok\r\n".encode()
            ok = ok if rest.strip('"') in self.folders else b"%TAG NO no such folder\r\n"
        elif word == "CREATE":
            self.folders.add(rest.strip('"'))
        elif word == "UID":
            yield from self._by_uid(rest)
            if rest.startswith(("MOVE", "COPY")) and rest.split('"')[1] not in self.folders:
                ok = b"%TAG NO [TRYCREATE] no such folder\r\n"
        yield ok

    def _by_uid(self, rest: str) -> Iterator[bytes]:
        word, _, arguments = rest.partition(" ")
        if word == "SEARCH":
            first = int(arguments.removeprefix("UID ").split(":")[0])
            found = [uid for uid in self.messages if uid >= first] or list(self.messages)[-1:]
            yield f"* SEARCH {' '.join(map(str, found))}\r\n".encode()
            return
        uid = int(arguments.split()[0])
        if word == "FETCH":
            limit = re.search(r"<0\.(\d+)>", arguments)
            assert limit is not None
            content = self.messages[uid][: int(limit[1])]
            size = self.sizes.get(uid, len(self.messages[uid]))
            head = f"* 1 FETCH (UID {uid} RFC822.SIZE {size} BODY[]<0> {{{len(content)}}}\r\n"
            yield head.encode() + content + b")\r\n"
        elif word == "STORE":
            self.flags[uid] = self.flags.get(uid, "") + arguments.split("(")[1].rstrip(")")
        elif word in ("MOVE", "COPY") and arguments.split('"')[1] in self.folders:
            self.moved.append((uid, arguments.split('"')[1]))
