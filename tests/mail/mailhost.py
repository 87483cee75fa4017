"""A real Postfix with a real Dovecot behind it, in a folder of their own, on loopback alone.

Any address at hub.test is delivered and read over IMAP; `hardbounce…` is refused at RCPT (550
5.1.1), `softbounce…` put off (451 4.2.1), and whatever goes to bounce.test is accepted and comes
back as Postfix's own delivery status notification. Needs root and Debian's packages.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.settings import ImapBox

PASSWORD = "test"
_NEEDED = ("postfix", "dovecot", "doveadm")

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = {folder}
maillog_file = {folder}/mail.log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.hub.test
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
smtp_dns_support_level = disabled
default_transport = error:5.7.1 nothing leaves this machine
relay_transport = error:5.7.1 nothing leaves this machine
virtual_mailbox_domains = regexp:{folder}/domains
virtual_transport = lmtp:unix:{folder}/lmtp
transport_maps = regexp:{folder}/transport
smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/recipients, reject
smtpd_reject_unlisted_recipient = no
smtpd_peername_lookup = no
recipient_delimiter = +
"""
_DOMAINS = "/\\.test$/ OK\n"
_TRANSPORT = "/@bounce\\.test$/ error:5.1.1 mailbox does not exist\n"
_RECIPIENTS = """\
/^hardbounce.*@/ 550 5.1.1 no such user
/^softbounce.*@/ 451 4.2.1 try again later
/@.*\\.test$/ OK
/./ 550 5.7.1 only .test here
"""
_SERVICES = ("bounce", "defer", "trace", "error", "retry", "lmtp", "rewrite", "anvil")
_PROGRAMS = {"defer": "bounce", "trace": "bounce", "rewrite": "trivial-rewrite", "retry": "error"}
_DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
first_valid_uid = 1
recipient_delimiter = +
lda_mailbox_autocreate = yes
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%Ld/%Ln allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  unix_listener {folder}/lmtp {{
    mode = 0600
    user = postfix
    group = postfix
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class MailHost:
    """`smtp` and `imap` are ports on 127.0.0.1."""

    folder: Path
    smtp: int
    imap: int

    def box(self, user: str = "bounces@hub.test") -> ImapBox:
        return ImapBox("127.0.0.1", self.imap, user, PASSWORD, tls="no")

    def seen(self, user: str) -> list[bool]:
        """For each message of a mailbox at hub.test whether it is marked as seen."""
        return sorted("S" in path.name.partition(":2,")[2] for path in self._files(user))

    def messages(self, number: int, user: str) -> list[bytes]:
        """What lies in a mailbox at hub.test, oldest first, once it is so many; 20 s at most."""
        deadline = time.monotonic() + 20
        while len(found := self._files(user)) < number:
            assert time.monotonic() < deadline, "the mail did not arrive"
            time.sleep(0.05)
        return [path.read_bytes() for path in found]

    def _files(self, user: str) -> list[Path]:
        folder = self.folder / "mail" / "hub.test" / user.lower() / "Maildir"
        found = [path for sub in ("cur", "new") for path in folder.glob(f"{sub}/*")]
        return sorted(found, key=lambda path: path.name)


def why_not() -> str:
    """Why the servers cannot be started here; empty when they can."""
    if missing := [name for name in _NEEDED if not _found(name)]:
        return f"not installed: {', '.join(missing)}"
    if os.geteuid() != 0:
        return "Postfix starts as root only"
    version = subprocess.run([_found("dovecot"), "--version"], capture_output=True, check=True)
    known = version.stdout.startswith(b"2.3.")
    return "" if known else "the configuration here is for Dovecot 2.3"


@contextmanager
def running() -> Iterator[MailHost]:
    """The servers, configured and stopped again, in a folder that their users may enter too:
    pytest's own are for root alone."""
    with tempfile.TemporaryDirectory(prefix="mailhost-") as above:
        Path(above).chmod(0o755)
        with _running(Path(above) / "host") as host:
            yield host


@contextmanager
def _running(folder: Path) -> Iterator[MailHost]:
    host = MailHost(folder, _free_port(), _free_port())
    _write(host)
    _run(["dovecot", "-c", f"{folder}/dovecot.conf"])
    try:
        _run(["postfix", "-c", str(folder), "start"])
        try:
            for port in (host.smtp, host.imap):
                _wait(port)
            yield host
        finally:
            _run(["postfix", "-c", str(folder), "stop"])
    finally:
        _run(["doveadm", "-c", f"{folder}/dovecot.conf", "stop"])


def _write(host: MailHost) -> None:
    folder = host.folder
    for name in ("queue", "data", "mail"):
        (folder / name).mkdir(parents=True)
    folder.chmod(0o755)
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", "nobody", "nogroup")
    (folder / "main.cf").write_text(_MAIN.format(folder=folder))
    (folder / "domains").write_text(_DOMAINS)
    (folder / "transport").write_text(_TRANSPORT)
    (folder / "recipients").write_text(_RECIPIENTS)
    services = [f"127.0.0.1:{host.smtp} inet n - n - - smtpd"]
    services += ["cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr"]
    services.append("postlog unix-dgram n - n - 1 postlogd")
    services += [f"{name} unix - - n - 0 {_PROGRAMS.get(name, name)}" for name in _SERVICES]
    (folder / "master.cf").write_text("\n".join(services) + "\n")
    dovecot = _DOVECOT.format(folder=folder, imap=host.imap, password=PASSWORD)
    (folder / "dovecot.conf").write_text(dovecot)


def _run(command: list[str]) -> None:
    """Into files: a daemon that kept a pipe open would never let its reader go."""
    subprocess.run(
        [_found(command[0]), *command[1:]],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=30,
    )


def _found(name: str) -> str:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as server:
                assert server.recv(1)
            return
        except OSError:
            assert time.monotonic() < deadline, "the mail server does not answer"
            time.sleep(0.05)
