"""The list in and out: a file is looked at first, then taken; and exports for other services."""

import json
import os
import secrets
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from hub import i18n, journal
from hub.admin import filtering, words
from hub.admin.forms import Errors
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.audience import abroad, columns, exporting, headings, import_lane, list_imports
from hub.audience.list_imports import ListImport
from hub.audience.people_store import Filter
from hub.audience.verdicts import AFTERWARDS, KINDS
from hub.db import Transaction
from hub.errors import Conflict, NotFound, Refused
from hub.i18n import N_
from hub.mail import workers
from hub.web.forms import LARGEST_FILE
from hub.web.state import hub

REFRESH_SECONDS = 2
_HOME = "/admin/subscribers/lists"
_ONE = f"{_HOME}/{{id:int}}"
_LONGEST_NAME = 120

# While one of these, another upload of the same file matters.
_OPEN = ("reading", "read", "importing", "stopped")

FORMATS = {
    "csv": N_("CSV, for a spreadsheet or another hub"),
    "ndjson": N_("NDJSON, one person a line, with topics and consent"),
    "ghost": N_("CSV for Ghost"),
    "mailchimp": N_("CSV for Mailchimp"),
    "buttondown": N_("CSV for Buttondown"),
    "listmonk": N_("CSV for listmonk"),
}
_ITEMS = {
    "column": N_("column “%(name)s”"),
    "tag": N_("tag “%(name)s”"),
    "file": N_("file %(name)s"),
}


def lists(request: Request) -> Response:
    return _lists_page(request, Errors(hub(request).site().language))


def upload(request: Request) -> Response:
    """Keep a file for the worker to read; nothing is imported yet."""
    parts = hub(request)
    errors = Errors(parts.site().language)
    name, path = request.state.form.files.get("list", ("", None))
    with errors.caught("list"):
        if path is None or path.stat().st_size == 0:
            raise Refused(N_("Choose a file first."))
        folder = secrets.token_hex(12)
        place = parts.settings.imports / folder / import_lane.FILE
        place.mkdir(mode=0o700, parents=True)
        name = _file_name(name)
        path.rename(place / name)
        with parts.db.write() as tx:
            number = list_imports.add(tx, name=name, folder=folder, now=parts.now())
        return done(f"{_HOME}/{number}")
    return _lists_page(request, errors)


def one(request: Request) -> Response:
    """How far a list is, what would happen, what did."""
    return _page(request, Errors(hub(request).site().language, main="consent"))


def progress(request: Request) -> Response:
    """How far a list is, as JSON."""
    job = _found(request)
    return JSONResponse(
        {
            "id": job.id,
            "state": job.state,
            "position": job.position,
            "total": job.total,
            "counts": job.by_kind,
        }
    )


def change_mapping(request: Request) -> Response:
    """Read the list again, with the columns as the owner says."""
    parts, form, job = hub(request), request.state.form, _found(request)
    mapping, uses = job.wanted, []
    doubtful = _doubtful(_told(job))
    for number, column in enumerate(_told(job)["columns"]):
        name, use = str(column["name"]), form.text(f"use{number}")
        uses.append(use)
        # What the owner leaves as it is told is no word of theirs, but where they were asked.
        changed = use != (column["use"] or columns.NOTHING) or name in doubtful
        if changed and use in (*headings.USES, columns.NOTHING):
            mapping[name.strip().casefold()] = use
    errors = Errors(parts.site().language, main="columns")
    with errors.caught("columns"):
        if uses.count("email") != 1:
            raise Refused(N_("One column, and only one, has to hold the addresses."))
        with parts.db.write() as tx:
            consent = form.text("consent")[:2000]
            if not list_imports.read_again(tx, job.id, mapping, parts.now(), consent=consent):
                raise Conflict(N_("This list is being taken already."))
        return done(f"{_HOME}/{job.id}")
    return _page(request, errors)


def begin(request: Request) -> Response:
    """Take the people of a list that was looked at."""
    parts, form, job = hub(request), request.state.form, _found(request)
    errors = Errors(parts.site().language, main="consent")
    consent = form.text("consent")[:2000]
    with errors.caught("consent"), parts.db.write() as tx:
        if _told(job)["needs_consent"] and not consent:
            raise Refused(N_("Say where these people agreed; it is kept in the log of each."))
        list_imports.begin(tx, job.id, consent, parts.now())
        return done(f"{_HOME}/{job.id}")
    return _page(request, errors)


def stop(request: Request) -> Response:
    """Stop while the worker is at it: an import stays where it is, a dry run leaves nothing."""
    parts, job = hub(request), _found(request)
    with parts.db.write() as tx:
        stopped = list_imports.stop(tx, job.id)
    if stopped != "reading":
        return done(f"{_HOME}/{job.id}")
    import_lane.drop(parts.settings.imports / job.folder)
    return done(_HOME, "list-stopped")


def go_on(request: Request) -> Response:
    """Take the rest of a list whose import was stopped."""
    job = _found(request)
    with hub(request).db.write() as tx:
        list_imports.go_on(tx, job.id)
    return done(f"{_HOME}/{job.id}")


def rows(request: Request) -> Response:
    """What becomes of each row, as CSV."""
    job = _found(request)
    path = hub(request).settings.imports / job.folder / import_lane.ROWS
    if job.state not in ("read", "importing", "stopped", "done") or not path.is_file():
        raise NotFound(N_("There is no such file (any more)."))
    return _file(path, f"rows-{job.id}.csv")


def discard(request: Request) -> Response:
    """Forget a list; its file is deleted with it."""
    parts, job = hub(request), _found(request)
    with parts.db.write() as tx:
        list_imports.delete(tx, job.id)
    import_lane.drop(parts.settings.imports / job.folder)
    return done(_HOME, "deleted")


def export(request: Request) -> Response:
    """The list as a file, written whole before it is sent."""
    parts = hub(request)
    form, errors = request.query_params.get("format", ""), Errors(parts.site().language)
    wanted = filtering.read(request.query_params, errors, timezone=parts.site().timezone)
    if form not in FORMATS or errors or wanted.status != request.query_params.get("status", ""):
        raise NotFound(N_("There is no such file (any more)."))
    with parts.db.write() as tx:
        journal.note(tx, "list", "exported", subject=form)
    descriptor, name = tempfile.mkstemp(prefix=".export-", dir=parts.settings.data)
    path = Path(name)
    try:
        with (
            os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file,
            parts.db.read() as tx,
        ):
            file.writelines(_pieces(tx, form, wanted))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    kind = "ndjson" if form == "ndjson" else "csv"
    names = {s: abroad.file_name(s, wanted.status) for s in abroad.SERVICES}
    shown = next((name for s, name in names.items() if s == form), f"subscribers.{kind}")
    return _file(path, shown, gone_after=True)


def _pieces(tx: Transaction, form: str, wanted: Filter) -> Iterator[str]:
    for service in abroad.SERVICES:
        if form == service:
            return abroad.pieces(tx, service, wanted)
    return exporting.pieces(tx, "ndjson" if form == "ndjson" else "csv", wanted)


def _file(path: Path, shown: str, *, gone_after: bool = False) -> Response:
    return FileResponse(
        path,
        filename=shown,
        media_type="application/x-ndjson" if shown.endswith("ndjson") else "text/csv",
        background=BackgroundTask(path.unlink, missing_ok=True) if gone_after else None,
    )


def _lists_page(request: Request, errors: Errors) -> Response:
    parts = hub(request)
    timezone = parts.site().timezone
    wanted = filtering.read(request.query_params, errors, timezone=timezone)
    with parts.db.read() as tx:
        latest = list_imports.latest(tx)
    return desk_page(
        request,
        "admin/lists.html",
        section="subscribers",
        status=400 if errors else 200,
        latest=latest,
        errors=errors.by_field,
        formats=FORMATS,
        wanted=wanted,
        asked=filtering.fields(wanted, timezone=timezone),
        traits=filtering.traits(request, wanted),
        words=words,
    )


def _page(request: Request, errors: Errors) -> Response:
    parts, job = hub(request), _found(request)
    language = parts.site().language
    told = _told(job)
    with parts.db.read() as tx:
        oldest = parts.now() - timedelta(seconds=workers.SILENT_SECONDS)
        worker_lives = any(beat.seen_at > oldest for beat in workers.others(tx, 0))
        others = list_imports.others_open(tx, job.id) if job.state in _OPEN else []
    return desk_page(
        request,
        "admin/list.html",
        section="subscribers",
        status=400 if errors else 200,
        job=job,
        counts=[(kind, job.by_kind.get(kind, 0)) for kind in KINDS],
        told=told,
        notes=[
            (_said(language, _ITEMS[kind], {"name": name}), _said(language, *reason))
            for kind, name, reason, _ in map(_four, told.get("notes", ()))
        ],
        warnings=_doubtful(told) if job.state == "read" else [],
        mail=told.get("mail"),
        first_rows=[
            {
                "file": file,
                "row": row,
                "email": email,
                "verdict": words.VERDICT[kind],
                "reason": _said(language, *reason),
                "afterwards": AFTERWARDS[status],
            }
            for file, row, email, kind, reason, status in told.get("rows", ())
        ],
        problems=[
            {"file": file, "row": row, "email": email, "reason": _said(language, *reason)}
            for file, row, email, _, reason, *_ in told.get("problems", ())
        ],
        reason=_reason(job, language),
        consent=request.state.form.text("consent") if request.method == "POST" else job.consent,
        chosen=[
            request.state.form.text(f"use{number}") if errors and request.method == "POST" else ""
            for number in range(len(told["columns"]))
        ],
        errors=errors.by_field,
        uses=words.USES,
        refresh=REFRESH_SECONDS if job.is_moving else 0,
        worker_lives=worker_lives,
        before=next((o for o in others if o.is_moving and o.id < job.id and job.is_moving), None),
        same=[other for other in others if other.name == job.name],
        words=words,
    )


def _found(request: Request) -> ListImport:
    with hub(request).db.read() as tx:
        job = list_imports.get(tx, request.path_params["id"])
    if job is None:
        raise NotFound(N_("There is no such list."))
    return job


def _told(job: ListImport) -> dict[str, Any]:
    """What the worker wrote down about it: nothing before it has read it."""
    return {"format": "", "needs_consent": False, "columns": [], **json.loads(job.told)}


def _reason(job: ListImport, language: str) -> str:
    if not job.reason:
        return ""
    reason = json.loads(job.reason)
    words = {name: i18n.Word(reason["values"][name]) for name in reason.get("words", ())}
    return _said(language, reason["message"], {**reason["values"], **words})


def _doubtful(told: Mapping[str, Any]) -> list[str]:
    """Columns that are not understood, and that people who left may be in."""
    return [name for _, name, _, warns in map(_four, told.get("notes", ())) if warns]


def _four(note: list[Any]) -> list[Any]:
    """A note of a list that was read before notes could warn."""
    return note if len(note) == 4 else [*note, False]


def _said(language: str, message: str, values: Mapping[str, object]) -> str:
    return i18n.translate(language, message, **values) if message else ""


def _file_name(name: str) -> str:
    """The name that a browser gave, fit for a disk."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join("_" if unicodedata.category(c)[0] == "C" else c for c in last).strip(" .")
    return kept[-_LONGEST_NAME:] or "list.csv"


ROUTES = [
    DeskRoute(_HOME, lists, needs=Needs.OWNER),
    DeskRoute(
        _HOME, upload, needs=Needs.OWNER, methods=["POST"], largest=LARGEST_FILE, to_disk=True
    ),
    DeskRoute(_ONE, one, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/progress.json", progress, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/mapping", change_mapping, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/import", begin, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/stop", stop, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/go-on", go_on, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/rows.csv", rows, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/delete", discard, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute("/admin/subscribers/export", export, needs=Needs.OWNER),
]
