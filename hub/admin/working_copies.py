"""What is typed at the desk and not saved: taken while somebody types, thrown away on demand."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub import i18n
from hub.admin import writing_form
from hub.admin.forms import number
from hub.admin.pages import done
from hub.admin.policy import DeskRoute, Needs
from hub.content import rendering, store, working_copies
from hub.content.working_copies import WorkingCopy
from hub.db import Transaction
from hub.web.state import hub


def keep(request: Request) -> Response:
    """Keep what is typed on a page; JSON with the time, and whether the post was saved by another
    page meanwhile. Raises TooLarge for a text that no article holds."""
    parts, form = hub(request), request.state.form
    site, now = parts.site(), parts.now()
    post_id = number(form.text("post_id"))
    seen, typed = writing_form.seen(form), writing_form.read(form)
    rendering.check_length(typed.markdown)
    with parts.db.write() as tx:
        post = store.by_id(tx, post_id) if post_id else None
        gone = post_id is not None and (post is None or post.status == "deleted")
        working_copies.put(
            tx,
            form.text("copy"),
            user_id=request.state.user.id,
            post_id=None if gone else post_id,
            seen=seen,
            typed=writing_form.as_fields(typed),
            now=now,
        )
    changed = gone or (post is not None and post.updated_at != seen)
    at = i18n.time_of_day(now, site.timezone)
    return JSONResponse({"at": at, "changed": changed, "gone": gone})


def throw_away(request: Request) -> Response:
    """Nobody wants what was typed."""
    parts, user_id = hub(request), request.state.user.id
    name = request.path_params["name"]
    with parts.db.write() as tx:
        copy = working_copies.get(tx, name, user_id=user_id)
        working_copies.drop(tx, name, user_id=user_id)
    if copy is not None and copy.post_id is not None:
        return done(f"/admin/posts/{copy.post_id}", "thrown")
    return done("/admin/posts", "thrown")


def unsaved(tx: Transaction, user_id: int, post_id: int | None) -> list[WorkingCopy]:
    """What somebody typed into a post, or into new ones, and did not save, the newest first."""
    return [copy for copy in working_copies.of_user(tx, user_id) if copy.post_id == post_id]


ROUTES = [
    DeskRoute(
        "/admin/posts/autosave",
        keep,
        needs=Needs.EDITOR,
        methods=["POST"],
        largest=writing_form.LARGEST_SENT,
    ),
    DeskRoute("/admin/posts/copies/{name}/drop", throw_away, needs=Needs.EDITOR, methods=["POST"]),
]
