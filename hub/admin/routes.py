"""Every address of the desk."""

from starlette.routing import BaseRoute

from hub.admin import (
    account,
    hand_letters,
    home,
    ledger,
    lists,
    login,
    look,
    media,
    newsletter,
    outbox,
    outstanding,
    owner_notices,
    post_actions,
    posts,
    progress,
    segments,
    settings,
    setup,
    subscribers,
    welcome,
)

ROUTES: list[BaseRoute] = [
    *home.ROUTES,
    *post_actions.ROUTES,
    *posts.ROUTES,
    *media.ROUTES,
    *lists.ROUTES,
    *subscribers.ROUTES,
    *newsletter.ROUTES,
    *hand_letters.ROUTES,
    *segments.ROUTES,
    *ledger.ROUTES,
    *outstanding.ROUTES,
    *progress.ROUTES,
    *outbox.ROUTES,
    *owner_notices.ROUTES,
    *settings.ROUTES,
    *welcome.ROUTES,
    *look.ROUTES,
    *account.ROUTES,
    *login.ROUTES,
    *setup.ROUTES,
]
