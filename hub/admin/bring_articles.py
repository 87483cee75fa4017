"""Articles from another place, brought at the desk: looked at first, then taken."""

import re
import secrets
import shutil
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin.forms import Errors
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.content import bringing
from hub.errors import NotFound, Refused
from hub.i18n import N_
from hub.reports import Report
from hub.web.forms import LARGEST_FILE
from hub.web.state import hub

PATH = "/admin/bring/articles"
MOST_SHOWN = 100
_TOKEN = re.compile(r"[0-9a-f]{24}")
# What tells a file's kind; the rest of its name is nobody's business here.
_ENDING = re.compile(r"\.[a-z0-9]{1,8}")


def form(request: Request) -> Response:
    return _bring_page(request, Errors(hub(request).site().language, main="file"))


def bring(request: Request) -> Response:
    """Look at a file that was sent; take or forget the one that was looked at."""
    token, action = request.state.form.text("token"), request.state.form.text("action")
    if not token:
        return _look(request)
    place = _kept(request, token)
    if action == "forget":
        shutil.rmtree(place.parent, ignore_errors=True)
        return done(PATH, "deleted")
    errors = Errors(hub(request).site().language, main="file")
    report = None
    with errors.caught():
        report = _run(request, place, dry_run=False)
        shutil.rmtree(place.parent, ignore_errors=True)
    return _bring_page(request, errors, report=report)


def _look(request: Request) -> Response:
    errors = Errors(hub(request).site().language, main="file")
    name, sent = request.state.form.files.get("file", ("", None))
    with errors.caught():
        if sent is None or sent.stat().st_size == 0:
            raise Refused(N_("Choose a file first."))
        token = secrets.token_hex(12)
        place = hub(request).settings.imports / token / f"articles{_ending(name)}"
        place.parent.mkdir(mode=0o700, parents=True)
        sent.rename(place)
        try:
            report = _run(request, place, dry_run=True)
        except Refused:
            shutil.rmtree(place.parent, ignore_errors=True)
            raise
        return _bring_page(request, errors, report=report, token=token)
    return _bring_page(request, errors)


def _run(request: Request, file: Path, *, dry_run: bool) -> Report:
    parts = hub(request)
    return bringing.run(
        parts.db,
        file,
        beside=parts.settings.data,
        media_folder=parts.settings.media,
        site=parts.site(),
        now=parts.now(),
        dry_run=dry_run,
    )


def _kept(request: Request, token: str) -> Path:
    """The file that was looked at. Raises NotFound when it is kept no more."""
    folder = hub(request).settings.imports / token
    files = list(folder.glob("articles*")) if _TOKEN.fullmatch(token) else []
    if len(files) != 1:
        raise NotFound(N_("There is no such file (any more)."))
    return files[0]


def _ending(name: str) -> str:
    suffix = Path(name.replace("\\", "/")).suffix.lower()
    return suffix if _ENDING.fullmatch(suffix) else ""


def _bring_page(
    request: Request, errors: Errors, *, report: Report | None = None, token: str = ""
) -> Response:
    language = hub(request).site().language
    problems = report.problems if report else ()
    return desk_page(
        request,
        "admin/bring_articles.html",
        section="posts",
        status=400 if errors else 200,
        errors=errors.by_field,
        report=report,
        token=token,
        problems=[(p.item, i18n.translate(language, p.reason)) for p in problems[:MOST_SHOWN]],
        more=max(0, len(problems) - MOST_SHOWN),
    )


ROUTES = [
    DeskRoute(PATH, form, needs=Needs.OWNER),
    DeskRoute(
        PATH,
        bring,
        needs=Needs.OWNER,
        methods=["POST"],
        largest=LARGEST_FILE,
        to_disk=True,
        slow=True,
    ),
]
