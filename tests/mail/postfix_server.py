"""A real Postfix with a real Dovecot behind it, on free ports of loopback, in a folder of its own.

    with postfix(folder, "mail.test") as host:
        ...send to host.port...
        host.inbox("ada")

Every address at the domain is delivered over LMTP into a Maildir, which IMAP shows (log in with
the whole address, password `test`). Addresses that begin with `gone` are refused at RCPT with
550 5.1.1; with `later`, put off with 451 4.2.1; with `bounce`, taken, and answered to the envelope
sender with a delivery status notification. Nothing leaves the machine: other domains are refused.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "test"
_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/lib/dovecot"

_MAIN = """compatibility_level = 3.6
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
myhostname = mx.{domain}
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
smtp_dns_support_level = disabled
smtp_host_lookup = native
default_transport = error:5.7.1 nothing leaves this machine
relay_transport = error:5.7.1 nothing leaves this machine
transport_maps = regexp:{folder}/postfix/transport
virtual_mailbox_domains = {domain}
virtual_transport = lmtp:unix:{folder}/dovecot/lmtp
lmtp_destination_recipient_limit = 1
smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/postfix/access,
  permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
smtpd_reject_unlisted_recipient = no
recipient_delimiter = +
biff = no
"""
_SERVICES = """127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_ACCESS = """/^gone.*@/ 550 5.1.1 no such user
/^later.*@/ 451 4.2.1 try again later
/@{pattern}$/ OK
/./ 550 5.7.1 only {domain} here
"""
_TRANSPORT = "/^bounce.*@/ error:5.1.1 mailbox does not exist\n"
_DOVECOT = """base_dir = {folder}/dovecot/run
state_dir = {folder}/dovecot/run
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
  args = uid=nobody gid=nogroup home={folder}/mail/%Ln allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  unix_listener {folder}/dovecot/lmtp {{
    mode = 0600
    user = postfix
    group = postfix
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class MailHost:
    """Where it listens (on 127.0.0.1) and where its mail lies."""

    port: int
    imap_port: int
    mail: Path

    def inbox(self, local: str, *, messages: int = 1, seconds: float = 20.0) -> list[bytes]:
        """The messages of a mailbox, oldest first, as soon as there are so many.

        Raises TimeoutError when they don't come.
        """
        folder = self.mail / local.lower() / "Maildir" / "new"
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = sorted(folder.glob("*")) if folder.is_dir() else []
            if len(found) >= messages:
                return [path.read_bytes() for path in found]
            time.sleep(0.05)
        raise TimeoutError(f"{local} has {len(found)} messages of {messages}")


def why_not() -> str:
    """Why it cannot run here; empty when it can."""
    missing = [name for name in ("postfix", "dovecot", "doveadm") if _found(name) is None]
    if missing:
        return f"no {', '.join(missing)} (apt: postfix dovecot-imapd dovecot-lmtpd)"
    if os.geteuid() != 0:
        return "Postfix starts as root only"
    version = _run("dovecot", "--version").split()[0]
    return "" if version.startswith("2.3.") else f"its configuration is for Dovecot 2.3 ({version})"


@contextmanager
def postfix(folder: Path, domain: str) -> Iterator[MailHost]:
    """Both servers, until the block ends. `folder` is empty, and others may go through it: the
    servers run under accounts of their own."""
    port, imap_port = _free_ports(2)
    host = MailHost(port, imap_port, folder / "mail")
    _write(folder, host, domain)
    _run("dovecot", "-c", str(folder / "dovecot" / "dovecot.conf"))
    try:
        _run("postfix", "-c", str(folder / "postfix"), "start")
        try:
            _wait_for(port)
            _wait_for(imap_port)
            yield host
        finally:
            _run("postfix", "-c", str(folder / "postfix"), "stop")
    finally:
        _run("doveadm", "-c", str(folder / "dovecot" / "dovecot.conf"), "stop")


def _write(folder: Path, host: MailHost, domain: str) -> None:
    for name in ("postfix", "queue", "data", "dovecot", "mail"):
        (folder / name).mkdir(parents=True)
    folder.chmod(0o755)
    account = pwd.getpwnam("postfix")
    os.chown(folder / "data", account.pw_uid, account.pw_gid)
    nobody = pwd.getpwnam("nobody")
    os.chown(host.mail, nobody.pw_uid, nobody.pw_gid)
    given = {
        "folder": folder,
        "domain": domain,
        "pattern": domain.replace(".", r"\."),
        "port": host.port,
        "imap_port": host.imap_port,
        "password": PASSWORD,
    }
    for file, text in (
        ("postfix/main.cf", _MAIN),
        ("postfix/master.cf", _SERVICES),
        ("postfix/access", _ACCESS),
        ("postfix/transport", _TRANSPORT),
        ("dovecot/dovecot.conf", _DOVECOT),
    ):
        (folder / file).write_text(text.format(**given))


def _found(name: str) -> str | None:
    return shutil.which(name, path=_PATH)


def _run(name: str, *arguments: str) -> str:
    # Into a file: a daemon that is started here would keep a pipe open for ever.
    with tempfile.TemporaryFile() as said:
        command = [_found(name) or name, *arguments]
        code = subprocess.run(command, stdout=said, stderr=said, check=False).returncode
        said.seek(0)
        text = said.read().decode(errors="replace")
    if code:
        raise RuntimeError(f"{name} {arguments} ended with {code}: {text}")
    return text


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")
