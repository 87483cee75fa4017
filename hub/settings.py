"""What the process needs to start, read once from the environment.

Each field carries its default and its help; docs/settings.md lists them, and a test
keeps that list whole. What the owner decides (title, language, schedule) is not here:
it lives in the database, see hub/site/.
"""

import base64
import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hub import public_address
from hub.errors import Refused, SettingError

TOPIC = re.compile(r"arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}")
_SHORTEST_PASSWORD = 16
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class SmtpRelay:
    """The mail server that takes the hub's mail. `tls`: `implicit` (smtps), else STARTTLS."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    tls: str = "required"  # implicit | required | auto | no

    @property
    def name(self) -> str:
        """`host:port`: what people and the ledger call it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ImapBox:
    """The mailbox that is read for what comes back. `tls`: `implicit` (imaps), `required`
    (STARTTLS) or `no`. What was dealt with goes into the folder `moved_to`, if there is one."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    tls: str = "implicit"
    moved_to: str = ""

    @property
    def name(self) -> str:
        """`user@host:port/folder`: what the ledger calls it."""
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"


@dataclass(frozen=True, slots=True)
class WebhookKeys:
    """What proves that a webhook comes from the provider; empty where none is listened to.

    `ses` holds ARNs of the owner's SNS topics, `postmark` is user:password, `mailgun` the key
    that signs, `sendgrid` the public key as DER (SubjectPublicKeyInfo). `postmark_hash` stands
    for `postmark` where the hub made it at the desk (hub/site/webhook_keys.py).
    """

    ses: tuple[str, ...] = ()
    postmark: str = field(default="", repr=False)
    mailgun: str = field(default="", repr=False)
    sendgrid: bytes = b""
    postmark_hash: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment, checked. A wrong value raised SettingError before this existed.

    `smtp` holds the relays in the order in which they are tried. None of them: the one that was
    named at the desk, or the outbox; `outbox_named` when HUB_SMTP asks for that in so many words.
    """

    data: Path
    database: str
    base_url: str
    smtp: tuple[SmtpRelay, ...]
    secret_key: bytes = field(repr=False)
    trusted_proxies: tuple[Network, ...]
    imap: ImapBox | None = None
    webhooks: WebhookKeys = field(default_factory=WebhookKeys)
    private_networks: tuple[Network, ...] = ()
    outbox_named: bool = False

    @property
    def media(self) -> Path:
        return self.data / "media"

    @property
    def outbox(self) -> Path:
        return self.data / "outbox"

    @property
    def themes(self) -> Path:
        return self.data / "themes"

    @property
    def cache(self) -> Path:
        """What is made again when it is gone: smaller pictures, cards."""
        return self.data / "cache"

    @property
    def imports(self) -> Path:
        """A folder for each list that was given to the desk."""
        return self.data / "imports"

    @property
    def backups(self) -> Path:
        """What `hub backup` and the worker write, unless they are told another place."""
        return self.data / "backups"

    @property
    def workers(self) -> Path:
        """A file for each worker that lives."""
        return self.data / "workers"

    @property
    def database_file(self) -> Path:
        return self.data / "hub.db"


@dataclass(frozen=True, slots=True)
class Variable:
    """One row of the table of environment variables."""

    name: str
    default: str
    help: str


VARIABLES = (
    Variable("HUB_DATA", "./data", "The data folder: database, pictures, outbox, backups, key."),
    Variable(
        "HUB_DATABASE",
        "",
        "postgresql://user@host/name for several machines; empty: SQLite in the data folder.",
    ),
    Variable("HUB_BASE_URL", "", "The public address, https://example.org; beats the stored one."),
    Variable(
        "HUB_SMTP",
        "",
        "smtp://user:password@host:587 or smtps://…, with ?starttls=no|auto|required; of several "
        "with spaces between, the next takes over while one cannot be used; "
        "`outbox` writes each message to data/outbox/ instead. "
        "Empty: the mail server that was named at the desk; the outbox until there is one.",
    ),
    Variable(
        "HUB_IMAP",
        "",
        "imaps://user:password@host/INBOX, the mailbox that undeliverable mail comes back to; or "
        "imap://…, with ?tls=required|no; ?move=FOLDER takes what was dealt with.",
    ),
    Variable(
        "HUB_WEBHOOK_SES", "", "ARNs of the SNS topics whose events /webhooks/ses takes, by spaces."
    ),
    Variable(
        "HUB_WEBHOOK_POSTMARK", "", "user:password that Postmark sends to /webhooks/postmark."
    ),
    Variable("HUB_WEBHOOK_MAILGUN", "", "Mailgun's webhook signing key, for /webhooks/mailgun."),
    Variable(
        "HUB_WEBHOOK_SENDGRID",
        "",
        "SendGrid's verification key (of the signed event webhook), for /webhooks/sendgrid.",
    ),
    Variable("HUB_SECRET_KEY", "", "The key that signs links, 32 characters or more."),
    Variable(
        "HUB_SECRET_KEY_FILE", "", "A file that holds the key; default: data/secret.key, made once."
    ),
    Variable(
        "HUB_TRUSTED_PROXIES",
        "",
        "Addresses or networks, with commas, whose X-Forwarded-For is believed.",
    ),
    Variable(
        "HUB_PRIVATE_NETWORKS",
        "",
        "Addresses or networks, with commas, that the hub may call although they are not public.",
    ),
)


def from_environment(
    environ: Mapping[str, str] | None = None, *, data: Path | None = None
) -> Settings:
    """The settings of this process; `data` beats HUB_DATA. Makes the data folder and the key.

    Raises SettingError, naming the variable, for anything it cannot use.
    """
    env = os.environ if environ is None else environ
    values = {v.name: (env.get(v.name) or v.default).strip() for v in VARIABLES}
    folder = data if data is not None else Path(values["HUB_DATA"])
    _make_private_folder(folder)
    return Settings(
        data=folder,
        database=_database(values["HUB_DATABASE"]),
        base_url=_base_url(values["HUB_BASE_URL"]),
        smtp=parse_smtp(values["HUB_SMTP"] or "outbox"),
        outbox_named=values["HUB_SMTP"] == "outbox",
        secret_key=_secret_key(values, folder),
        trusted_proxies=_networks("HUB_TRUSTED_PROXIES", values),
        private_networks=_networks("HUB_PRIVATE_NETWORKS", values),
        imap=parse_imap(values["HUB_IMAP"]),
        webhooks=_webhook_keys(values),
    )


def parse_smtp(text: str) -> tuple[SmtpRelay, ...]:
    """The relays named by HUB_SMTP, the first first; none for the outbox."""
    urls = text.split()
    if urls == ["outbox"]:
        return ()
    if "outbox" in urls:
        raise SettingError("HUB_SMTP: `outbox` stands alone, without mail servers beside it")
    relays = tuple(_relay(url) for url in urls)
    names = [relay.name for relay in relays]
    for name in names:
        if names.count(name) > 1:
            raise SettingError(f"HUB_SMTP names {name} twice")
    return relays


def _relay(url: str) -> SmtpRelay:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SettingError("HUB_SMTP: a host in brackets must be an IPv6 address") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SettingError("HUB_SMTP must be `outbox`, smtp://host:port or smtps://host:port")
    try:
        port = parts.port or (465 if parts.scheme == "smtps" else 587)
    except ValueError as error:
        raise SettingError("HUB_SMTP: the port is not a number from 1 to 65535") from error
    tls = "implicit" if parts.scheme == "smtps" else "required"
    for option in filter(None, parts.query.split("&")):
        name, _, value = option.partition("=")
        if name != "starttls" or value not in ("no", "auto", "required"):
            raise SettingError("HUB_SMTP: the only option is starttls=no, auto or required")
        if parts.scheme == "smtp":
            tls = value
    return SmtpRelay(
        parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), tls
    )


def parse_imap(url: str) -> ImapBox | None:
    """The mailbox that HUB_IMAP names; None for an empty one. Raises SettingError."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SettingError("HUB_IMAP: a host in brackets must be an IPv6 address") from error
    if parts.scheme not in ("imap", "imaps") or not parts.hostname:
        raise SettingError("HUB_IMAP must be imaps://user:password@host/INBOX or imap://…")
    try:
        port = parts.port or (993 if parts.scheme == "imaps" else 143)
    except ValueError as error:
        raise SettingError("HUB_IMAP: the port is not a number from 1 to 65535") from error
    if not parts.username or not parts.password:
        raise SettingError("HUB_IMAP needs a user and a password: imaps://user:password@host/INBOX")
    options = {"tls": "implicit" if parts.scheme == "imaps" else "required", "move": ""}
    for option in filter(None, parts.query.split("&")):
        name, _, value = option.partition("=")
        if name not in options or (name == "tls" and value not in ("required", "no")):
            raise SettingError("HUB_IMAP: the options are tls=required or no, and move=FOLDER")
        if name == "move" or parts.scheme == "imap":
            options[name] = unquote(value)
    folder = unquote(parts.path.removeprefix("/")) or "INBOX"
    for text in (folder, options["move"], unquote(parts.username), unquote(parts.password)):
        if not text.isascii() or not (text.isprintable() or not text):
            raise SettingError("HUB_IMAP: only plain ASCII letters can be used")
    return ImapBox(
        parts.hostname,
        port,
        unquote(parts.username),
        unquote(parts.password),
        folder,
        options["tls"],
        options["move"],
    )


def _webhook_keys(values: Mapping[str, str]) -> WebhookKeys:
    topics = tuple(values["HUB_WEBHOOK_SES"].split())
    if not all(TOPIC.fullmatch(topic) for topic in topics):
        raise SettingError("HUB_WEBHOOK_SES must be like arn:aws:sns:eu-west-1:123456789012:name")
    postmark = values["HUB_WEBHOOK_POSTMARK"]
    user, _, password = postmark.partition(":")
    if postmark and (not user or len(password) < _SHORTEST_PASSWORD):
        raise SettingError("HUB_WEBHOOK_POSTMARK must be user:password, the password 16 long")
    try:
        sendgrid = base64.b64decode(values["HUB_WEBHOOK_SENDGRID"], validate=True)
    except ValueError as error:
        raise SettingError("HUB_WEBHOOK_SENDGRID must be the verification key as shown") from error
    if sendgrid and not sendgrid.startswith(b"\x30"):
        raise SettingError("HUB_WEBHOOK_SENDGRID must be the verification key as shown")
    return WebhookKeys(topics, postmark, values["HUB_WEBHOOK_MAILGUN"], sendgrid)


def _make_private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise SettingError(f"HUB_DATA: cannot use {folder}: {error.strerror}") from error


def _database(url: str) -> str:
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise SettingError("HUB_DATABASE must be empty (SQLite) or start with postgresql://")
    return url


def _base_url(url: str) -> str:
    try:
        return public_address.checked(url) if url else ""
    except Refused as error:
        raise SettingError(f"HUB_BASE_URL: {error}") from error


def _secret_key(values: Mapping[str, str], folder: Path) -> bytes:
    if values["HUB_SECRET_KEY"]:
        return _long_enough(values["HUB_SECRET_KEY"].encode(), "HUB_SECRET_KEY")
    named = values["HUB_SECRET_KEY_FILE"]
    path = Path(named) if named else folder / "secret.key"
    try:
        if not named and not path.exists():
            _write_key(path)
        return _long_enough(path.read_bytes().strip(), "HUB_SECRET_KEY_FILE")
    except OSError as error:
        raise SettingError(f"HUB_SECRET_KEY_FILE: {path}: {error.strerror}") from error


def _write_key(path: Path) -> None:
    # A link into place makes the key appear whole and once, when two processes start together.
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _long_enough(key: bytes, name: str) -> bytes:
    if len(key) < 32:
        raise SettingError(f"{name} is too short: 32 characters at least")
    return key


def _networks(name: str, values: Mapping[str, str]) -> tuple[Network, ...]:
    try:
        return tuple(
            ipaddress.ip_network(part.strip(), strict=False)
            for part in values[name].split(",")
            if part.strip()
        )
    except ValueError as error:
        raise SettingError(f"{name}: {error}") from error
