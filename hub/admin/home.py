"""The first page of the desk."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs


def home(request: Request) -> Response:
    return desk_page(request, "admin/home.html", section="home")


ROUTES = [DeskRoute("/admin", home, needs=Needs.EDITOR)]
