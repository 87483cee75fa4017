"""Letters written by hand, at the desk: written, looked at, tried, scheduled, sent."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub import i18n
from hub.admin import replies, testing, words
from hub.admin.confirming import ask
from hub.admin.forms import Errors, number
from hub.admin.mail_view import Trial, asked_language, html_part, message_page
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.audience import segments
from hub.content import shelf
from hub.content.rendering import render
from hub.errors import Refused
from hub.i18n import LANGUAGES, N_
from hub.mail.reading import Message
from hub.newsletter import letter_mail, letters, moments, undoing
from hub.newsletter.composing import Digest
from hub.newsletter.letter_model import Draft, HandLetter
from hub.times import from_text, to_text
from hub.web.forms import Form
from hub.web.pages import message
from hub.web.state import hub


def new(request: Request) -> Response:
    return _form_page(request, Draft("", ""), Errors(hub(request).site().language))


def create(request: Request) -> Response:
    return _save(request, None)


def edit(request: Request) -> Response:
    """The form of a letter; a letter that was sent is shown by its edition."""
    with hub(request).db.read() as tx:
        letter = letters.find(tx, request.path_params["id"])
    if letter.edition_id is not None:
        return RedirectResponse(f"/admin/newsletter/{letter.edition_id}", status_code=303)
    missing: tuple[str, ...] = ()
    if request.query_params.get("done") == "pictures":
        language = letter.language or hub(request).site().language
        rendered = render(letter.markdown, language=language)
        missing = rendered.missing_images + rendered.remote_images
    errors = Errors(hub(request).site().language)
    return _form_page(request, _draft_of(letter), errors, letter=letter, missing=missing)


def save(request: Request) -> Response:
    return _save(request, request.path_params["id"])


def check(request: Request) -> Response:
    """The letter as readers get it, to how many, and the ways to send it."""
    return _check_page(request, Errors(hub(request).site().language))


def check_html(request: Request) -> Response:
    digest = _preview(request)[1]
    return html_part(request, Message(digest.subject, (), digest.text, digest.html))


def send_test(request: Request) -> Response:
    """The letter as it stands, at once, to one address."""
    parts, press = hub(request), testing.press(request)
    language = asked_language(request, press.site.language)
    with parts.db.read() as tx:
        letter = letters.find(tx, request.path_params["id"])
    try:
        envelope = letter_mail.sample(
            letter,
            press,
            address=testing.address(request),
            language=language,
            now=parts.now(),
        )
        notice = testing.send(request, envelope, press)
    except Refused as error:
        errors = Errors(press.site.language, main="address")
        errors.add(error, "address")
        return _check_page(request, errors)
    return done(f"{_path(letter)}/check?language={language}", notice)


def ask_send(request: Request) -> Response:
    """To how many; once more before it goes."""
    parts = hub(request)
    with parts.db.read() as tx:
        letter = letters.unsent(tx, request.path_params["id"])
        readers = letters.readers(tx, letter, parts.now())
    return ask(
        request,
        section="newsletter",
        title=N_("Send it now to one reader?")
        if readers == 1
        else N_("Send it now to %(readers)s readers?"),
        text=N_("“%(subject)s” goes out in a minute. Until then you can undo it."),
        button=N_("Send it now"),
        back=f"{_path(letter)}/check",
        values={
            "readers": i18n.number(readers, parts.site().language),
            "subject": letter.subject,
        },
        danger=False,
    )


def send(request: Request) -> Response:
    parts, press = hub(request), testing.press(request)
    now = parts.now()
    with parts.db.write() as tx:
        edition = letters.send(
            tx, press, request.path_params["id"], now, starts_at=now + undoing.UNDO
        )
    return done(f"/admin/newsletter/{edition.id}", "soon")


def schedule(request: Request) -> Response:
    """Let it go out at a time of the hub's own clock."""
    parts = hub(request)
    site = parts.site()
    errors = Errors(site.language, main="send_at")
    with errors.caught(), parts.db.write() as tx:
        send_at = moments.ahead(
            request.state.form.text("send_at"),
            timezone=site.timezone,
            language=site.language,
            now=parts.now(),
        )
        letter = letters.schedule(tx, request.path_params["id"], send_at, now=parts.now())
        return done(f"{_path(letter)}/check", "scheduled")
    return _check_page(request, errors)


def unschedule(request: Request) -> Response:
    with hub(request).db.write() as tx:
        letter = letters.unschedule(tx, request.path_params["id"])
    return done(f"{_path(letter)}/check", "unscheduled")


def ask_delete(request: Request) -> Response:
    with hub(request).db.read() as tx:
        letter = letters.unsent(tx, request.path_params["id"])
    return ask(
        request,
        section="newsletter",
        title=N_("Delete “%(subject)s”?"),
        text=N_("Its text is gone for good. It has been sent to nobody."),
        button=N_("Delete"),
        back=_path(letter),
        values={"subject": letter.subject},
    )


def delete(request: Request) -> Response:
    with hub(request).db.write() as tx:
        letters.delete(tx, request.path_params["id"])
    return done("/admin/newsletter", "deleted")


def _save(request: Request, letter_id: int | None) -> Response:
    parts, form = hub(request), request.state.form
    site = parts.site()
    draft = _read(form)
    errors = Errors(site.language, main="subject")
    rendered = None
    with errors.caught("markdown"):
        rendered = render(draft.markdown, language=draft.language or site.language)
    if rendered is not None:
        with errors.caught(), parts.db.write() as tx:
            if letter_id is None:
                letter = letters.create(tx, draft, rendered, now=parts.now())
            else:
                letter = letters.change(
                    tx, letter_id, draft, rendered, seen=_seen(form), now=parts.now()
                )
            if rendered.missing_images or rendered.remote_images:
                return done(_path(letter), "pictures")
            if form.text("action") == "check":
                return done(f"{_path(letter)}/check")
            return done(_path(letter), "saved")
    if letter_id is None:
        return _form_page(request, draft, errors)
    with parts.db.read() as tx:
        letter = letters.find(tx, letter_id)
    return _form_page(request, draft, errors, letter=letter)


def _form_page(
    request: Request,
    typed: Draft,
    errors: Errors,
    *,
    letter: HandLetter | None = None,
    missing: tuple[str, ...] = (),
) -> Response:
    with hub(request).db.read() as tx:
        kept = segments.kept(tx)
        topics = shelf.topic_names(tx)
    return desk_page(
        request,
        "admin/letter.html",
        section="newsletter",
        status=400 if errors else 200,
        typed=typed,
        errors=errors.by_field,
        letter=letter,
        updated_at=to_text(letter.updated_at) if letter else "",
        segments=kept,
        topics=topics,
        missing=missing,
        **({"notice": ""} if missing else {}),
        languages=list(LANGUAGES.items()),
        words=words,
    )


def _check_page(request: Request, errors: Errors) -> Response:
    parts = hub(request)
    letter, digest = _preview(request)
    site, now = parts.site(), parts.now()
    if letter.edition_id is not None:
        return RedirectResponse(f"/admin/newsletter/{letter.edition_id}", status_code=303)
    with parts.db.read() as tx:
        readers = letters.readers(tx, letter, now)
        segment = segments.get(tx, letter.segment_id).name if letter.segment_id is not None else ""
    form = getattr(request.state, "form", None)
    typed = form.text("send_at") if form else ""
    scheduled = moments.typed(letter.send_at, site.timezone) if letter.send_at else ""
    return message_page(
        request,
        Message(digest.subject, (), digest.text, digest.html),
        template="admin/letter_check.html",
        status=400 if errors else 200,
        section="newsletter",
        back=_path(letter),
        title=message(request, N_("Preview")),
        frame=f"{_path(letter)}/html",
        test=f"{_path(letter)}/test",
        trial=Trial(
            f"{_path(letter)}/check",
            digest.language,
            digest.size,
            digest.said(site.language),
            testing.typed(request) if errors.by_field["address"] else "",
            errors.by_field["address"],
        ),
        letter=letter,
        readers=readers,
        segment=segment,
        send_at=typed or scheduled,
        said=replies.said,
        earliest=moments.typed(now, site.timezone),
        errors=errors.by_field,
    )


def _preview(request: Request) -> tuple[HandLetter, Digest]:
    parts, press = hub(request), testing.press(request)
    with parts.db.read() as tx:
        letter = letters.find(tx, request.path_params["id"])
    if not letter.html.strip():
        raise Refused(N_("This letter has no text yet."))
    language = asked_language(request, press.site.language)
    return letter, letter_mail.preview(letter, press, language=language, now=parts.now())


def _read(form: Form) -> Draft:
    return Draft(
        subject=form.text("subject"),
        # The beginning of a text may be an indented line of code.
        markdown=form.secret("markdown").replace("\r\n", "\n").rstrip(),
        preheader=form.text("preheader"),
        language=form.text("language"),
        audience=form.text("audience", "all"),
        topics=form.text("topics"),
        segment_id=number(form.text("segment")),
        on_site=form.text("on_site", "auto"),
    )


def _draft_of(letter: HandLetter) -> Draft:
    return Draft(
        letter.subject,
        letter.markdown,
        letter.preheader,
        letter.language,
        letter.audience,
        letter.topics.replace(",", ", "),
        letter.segment_id,
        letter.on_site,
    )


def _seen(form: Form) -> datetime | None:
    """The version that the form was filled with."""
    try:
        return from_text(form.text("updated_at"))
    except ValueError:
        return None


def _path(letter: HandLetter) -> str:
    return f"/admin/newsletter/letters/{letter.id}"


_ALL = "/admin/newsletter/letters"
_ONE = f"{_ALL}/{{id:int}}"
ROUTES = [
    DeskRoute(f"{_ALL}/new", new, needs=Needs.OWNER),
    DeskRoute(f"{_ALL}/new", create, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(_ONE, edit, needs=Needs.OWNER),
    DeskRoute(_ONE, save, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/check", check, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/html", check_html, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/test", send_test, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/send", ask_send, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/send", send, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/schedule", schedule, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/unschedule", unschedule, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/delete", ask_delete, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/delete", delete, needs=Needs.OWNER, methods=["POST"]),
]
