"""Every address of the desk."""

from starlette.routing import BaseRoute

from hub.admin import account, home, login, setup

ROUTES: list[BaseRoute] = [
    *home.ROUTES,
    *account.ROUTES,
    *login.ROUTES,
    *setup.ROUTES,
]
