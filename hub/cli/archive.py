"""The archive: everything that an owner wrote and gathered, in formats that others read too."""

import json
import os
import secrets
import stat
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path

from hub import addresses
from hub.audience import exporting, finding, importing, people_file, suppression_file
from hub.audience.importing import Facts, Progress
from hub.audience.verdicts import Verdict
from hub.content import archive as articles
from hub.content import audio, media
from hub.content.hall import travelling
from hub.content.rendering import Rendered, render
from hub.db import Transaction
from hub.errors import Refused
from hub.reports import Problem, Report
from hub.site.model import Site
from hub.web.state import Hub

PEOPLE = "subscribers.ndjson"
BESIDE = "people.ndjson"
SUPPRESSED = "suppressions.ndjson"
REDIRECTS = "redirects.ndjson"
HALL = "hall.json"
_README = "README.txt"
_MARK = "This is the archive of a hub"
_FOLDERS = ("posts", "pages", "deleted")
# So that the same hub always gives the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)

README = f"""{_MARK}: all that was written and everybody on the list.

posts/, pages/      one Markdown file each; the front matter (YAML) holds title, dates, topics,
                    authors and old addresses; `uid` is what feeds know the article by
deleted/            addresses that answer “gone”
{REDIRECTS}    old addresses that lead to something else than an article
{HALL}           menu, footer and home as they were arranged, where they were
media/              the pictures and sounds, under the addresses that the articles use: /media/...
{PEOPLE}  one person a line (JSON), with topics and the whole log of consent
{BESIDE}       what you keep of them beside: tags, notes, answers and decisions; there only
                    when there is any
{SUPPRESSED} addresses that must never get mail again, as keyed hashes. The key is in the
                    first line: without it they protect nobody. Keep it as safe as a password.

To bring it all into an empty hub: hub import THIS-FILE.zip
Articles that were published come back as published and are not mailed again. Settings, themes,
accounts and past newsletters are not in here: `hub backup` takes those along too.
"""


def write(hub: Hub, target: Path) -> None:
    """Write the archive; it appears whole, for its owner's eyes only, or not at all."""
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w") as zip_, hub.db.read() as tx:
                _fill(zip_, tx, hub.settings.media)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _fill(zip_: zipfile.ZipFile, tx: Transaction, pictures: Path) -> None:
    _add(zip_, _README, [README])
    for name, text in articles.files(tx):
        _add(zip_, name, [text])
    elsewhere = articles.led_elsewhere(tx)
    _add(zip_, REDIRECTS, (_line({"path": path, "to": target}) for path, target in elsewhere))
    if hall := travelling.as_json(tx):
        _add(zip_, HALL, [hall])
    for path in media.paths(tx):
        if (pictures / path).is_file():
            with (pictures / path).open("rb") as file:
                _add_bytes(zip_, f"media/{path}", iter(lambda: file.read(1 << 20), b""))
    _add(zip_, PEOPLE, exporting.pieces(tx, "ndjson"))
    beside = people_file.pieces(tx)
    if first := next(beside, ""):
        _add(zip_, BESIDE, chain([first], beside))
    _add(zip_, SUPPRESSED, suppression_file.pieces(tx))


def _line(values: dict[str, str]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"


def _add(zip_: zipfile.ZipFile, name: str, pieces: Iterable[str]) -> None:
    _add_bytes(zip_, name, (piece.encode() for piece in pieces))


def _add_bytes(zip_: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.external_attr = (stat.S_IFREG | 0o600) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    with zip_.open(info, "w", force_zip64=True) as entry:
        for piece in pieces:
            entry.write(piece)


def recognises(folder: Path) -> bool:
    """Whether an unpacked folder is an archive."""
    readme = folder / _README
    if not readme.is_file() or not (folder / PEOPLE).is_file():
        return False
    with readme.open("rb") as file:
        return file.read(len(_MARK)) == _MARK.encode()


def restore(
    hub: Hub, site: Site, folder: Path, *, dry_run: bool, progress: Progress
) -> list[Report]:
    """Bring everything back: articles, people, and those who must get no mail, in this order."""
    now = hub.now()
    reports = [_articles(hub, site, folder, now, dry_run=dry_run, progress=progress)]
    lists = [file for file in [finding.one(folder / PEOPLE)] if file is not None]
    coming: set[str] = set()
    if lists:
        facts = Facts("", site.language, now)

        def note(verdicts: Sequence[Verdict]) -> None:
            coming.update(addresses.key(v.email) for v in verdicts if v.kind == "new")

        beside = folder / BESIDE
        reports.append(
            importing.run(
                hub.db,
                lists,
                facts,
                dry_run=dry_run,
                progress=progress,
                listener=note if dry_run and beside.is_file() else lambda _: None,
            )
        )
        if people_file.recognises(beside):
            reports.append(people_file.run(hub.db, beside, dry_run=dry_run, coming=coming))
    # After the people, who stood on both lists where they come from.
    if (folder / SUPPRESSED).is_file():
        try:
            reports.append(suppression_file.run(hub.db, folder / SUPPRESSED, dry_run=dry_run))
        except Refused as error:
            reports.append(suppression_file.refused(folder / SUPPRESSED, error))
    return reports


def _articles(
    hub: Hub, site: Site, folder: Path, now: datetime, *, dry_run: bool, progress: Progress
) -> Report:
    problems = [] if dry_run else list(_pictures(hub, folder, now))
    new = unchanged = refused = 0
    names = [name for part in _FOLDERS for name in sorted((folder / part).glob("*.md"))]
    found = [(name, name.read_text(encoding="utf-8", errors="replace")) for name in names]
    for done, (name, text) in enumerate(sorted(found, key=lambda pair: articles.age(pair[1])), 1):
        try:
            came = _article(hub, site, text, now, dry_run=dry_run)
        except Refused as error:
            refused += 1
            problems.append(Problem(name.relative_to(folder).as_posix(), str(error)))
            continue
        new += came
        unchanged += not came
        if done % 100 == 0:
            progress(f"{done} of {len(found)} articles")
    if not dry_run:
        problems += _redirects(hub, folder / REDIRECTS, now)
        problems += _hall(hub, site, folder / HALL, now)
    return Report("posts", "hub-archive", new, 0, unchanged, refused, tuple(problems))


def _redirects(hub: Hub, file: Path, now: datetime) -> Iterator[Problem]:
    """Old addresses that lead elsewhere lead there again; what cannot be read is named."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []
    with hub.db.write() as tx:
        for number, line in enumerate(lines, 1):
            try:
                values = json.loads(line)
                path, target = str(values["path"]), str(values["to"])
            except (ValueError, KeyError, TypeError, RecursionError):
                yield Problem(f"{file.name} line {number}", "this is no redirect")
                continue
            if target.startswith(("/", "https://", "http://")):
                articles.lead_elsewhere(tx, path, target, now)


def _hall(hub: Hub, site: Site, file: Path, now: datetime) -> list[Problem]:
    """Menu, footer and home are arranged again; what cannot be taken is named."""
    if not file.is_file():
        return []
    try:
        values = travelling.parsed(file.read_text(encoding="utf-8", errors="replace"))
    except Refused as error:
        return [Problem(file.name, str(error))]
    rendered: dict[str, Rendered] = {}
    for text in travelling.texts(values):
        with suppress(Refused):
            rendered[text] = render(text, language=site.language)
    with hub.db.write() as tx:
        found = travelling.restore(tx, values, site=site, rendered=rendered, now=now)
        return [Problem(file.name, reason) for reason in found]


def _article(hub: Hub, site: Site, text: str, now: datetime, *, dry_run: bool) -> bool:
    """Bring one back; False when it is here already."""
    with hub.db.read() as tx:
        if articles.is_here(tx, text):
            return False
    made = articles.rendered(text, site=site)
    if dry_run:
        return True
    with hub.db.write(durable=False) as tx:
        return articles.restore(tx, text, made, site=site, now=now)


def _pictures(hub: Hub, folder: Path, now: datetime) -> Iterator[Problem]:
    """Write the pictures, and say which of them could not be taken."""
    for path in sorted((folder / "media").rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        try:
            data = path.read_bytes()
            sounds = path.suffix.lower() in audio.SUFFIXES
            kept = (media.keep_audio if sounds else media.keep)(hub.settings.media, data)
        except Refused as error:
            yield Problem(name, str(error))
            continue
        if kept.address != f"/{name}":
            yield Problem(name, f"this file is now at {kept.address}")
        with hub.db.write(durable=False) as tx:
            media.record(tx, kept, now)
