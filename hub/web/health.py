"""/healthz: whether pages can be served, for whoever watches over the process."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from hub import logs
from hub.errors import Unavailable
from hub.web.state import hub


def healthz(request: Request) -> Response:
    """200 `ok` when the database answers, 503 otherwise."""
    try:
        hub(request).db.site_version()
    except Unavailable:
        logs.warning("health.database_away")
        status, text = 503, "the database does not answer\n"
    except Exception:  # noqa: BLE001  # whatever it is, the answer is that we are not well
        logs.failure("health.failed")
        status, text = 503, "the database does not answer\n"
    else:
        status, text = 200, "ok\n"
    return PlainTextResponse(text, status_code=status, headers={"cache-control": "no-store"})


ROUTES: list[BaseRoute] = [Route("/healthz", healthz)]
