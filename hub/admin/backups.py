"""Backups at the desk: made by the worker, listed, downloaded with the password, deleted."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from hub import backups, journal
from hub.admin.confirming import ask
from hub.admin.forms import Errors
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.backups import Backup
from hub.errors import NotFound, Refused
from hub.i18n import N_
from hub.mail import workers
from hub.site import backup_jobs
from hub.users import login, passwords
from hub.web import client
from hub.web.state import hub

_PATH = "/admin/backups"
_ONE = f"{_PATH}/{{name}}"
REFRESH_SECONDS = 3


def overview(request: Request) -> Response:
    """The files, the newest first, and how the last went."""
    parts = hub(request)
    with parts.db.read() as tx:
        waiting = backup_jobs.waiting(tx)
        newest = backup_jobs.newest(tx)
        oldest = parts.now() - timedelta(seconds=workers.SILENT_SECONDS)
        worker_lives = any(beat.seen_at > oldest for beat in workers.others(tx, 0))
    return desk_page(
        request,
        "admin/backups.html",
        section="settings",
        files=backups.found(parts.settings.backups),
        waiting=waiting,
        failed=newest if newest and newest.state == "failed" else None,
        worker_lives=worker_lives,
        refresh=REFRESH_SECONDS if waiting else 0,
    )


def make(request: Request) -> Response:
    """Ask the worker for one."""
    parts = hub(request)
    with parts.db.write() as tx:
        backup_jobs.ask(tx, parts.now())
    return done(_PATH)


def ask_download(request: Request) -> Response:
    return _download_page(request, Errors(hub(request).site().language))


def download(request: Request) -> Response:
    """The file, for an owner who has just typed the password: it holds every reader and the key of
    every link, and a desk is left open now and then."""
    parts, user = hub(request), request.state.user
    found = _found(request)
    errors = Errors(parts.site().language)
    network = client.network(client.address(request))
    with parts.db.write() as tx:
        allowed = login.allow_try(tx, email=user.email, network=network, now=parts.now())
    if not allowed:
        errors.add(login.too_many(), "password")
    elif not passwords.verify(user.password_hash, request.state.form.secret("password")):
        errors.add(Refused(N_("This is not your password.")), "password")
    if errors:
        return _download_page(request, errors)
    with parts.db.write() as tx:
        journal.note(tx, "backups", "downloaded", subject=found.name)
    return FileResponse(found.path, filename=found.name, media_type="application/zip")


def ask_delete(request: Request) -> Response:
    found = _found(request)
    return ask(
        request,
        section="settings",
        title=N_("Delete the backup %(name)s?"),
        text=N_("It is gone for good from this machine; copies elsewhere stay."),
        button=N_("Delete"),
        back=_PATH,
        values={"name": found.name},
    )


def delete(request: Request) -> Response:
    found = _found(request)
    with hub(request).db.write() as tx:
        journal.note(tx, "backups", "deleted", subject=found.name)
        found.path.unlink(missing_ok=True)
    return done(_PATH, "deleted")


def _download_page(request: Request, errors: Errors) -> Response:
    return desk_page(
        request,
        "admin/backup_download.html",
        section="settings",
        status=400 if errors else 200,
        file=_found(request),
        errors=errors.by_field,
    )


def _found(request: Request) -> Backup:
    """By the names that are there: what was typed becomes no path."""
    name = request.path_params["name"]
    for backup in backups.found(hub(request).settings.backups):
        if backup.name == name:
            return backup
    raise NotFound(N_("There is no such file (any more)."))


ROUTES = [
    DeskRoute(_PATH, overview, needs=Needs.OWNER),
    DeskRoute(_PATH, make, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/download", ask_download, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/download", download, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/delete", ask_delete, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/delete", delete, needs=Needs.OWNER, methods=["POST"]),
]
