"""Every address of the desk."""

from starlette.routing import BaseRoute

from hub.admin import (
    account,
    home,
    lists,
    login,
    look,
    media,
    newsletter,
    outbox,
    post_actions,
    posts,
    progress,
    settings,
    setup,
    subscribers,
)

ROUTES: list[BaseRoute] = [
    *home.ROUTES,
    *post_actions.ROUTES,
    *posts.ROUTES,
    *media.ROUTES,
    *lists.ROUTES,
    *subscribers.ROUTES,
    *newsletter.ROUTES,
    *progress.ROUTES,
    *outbox.ROUTES,
    *settings.ROUTES,
    *look.ROUTES,
    *account.ROUTES,
    *login.ROUTES,
    *setup.ROUTES,
]
