"""Signing up, at the desk: the form for other sites, the texts that were agreed to, and why
readers left."""

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.audience import consent, departures
from hub.content import listing
from hub.content.model import Topic
from hub.i18n import LANGUAGES, N_
from hub.web import themes
from hub.web.state import hub

REASONS = {
    "much": N_("Too much mail"),
    "little": N_("Too little in it for me"),
    "topics": N_("The topics are not mine any more"),
    "never": N_("I did not ask for it"),
    "other": N_("Something else"),
    "unsaid": N_("No reason, only words"),
}
_WORDS_SHOWN = 50


def overview(request: Request) -> Response:
    """What the hub asks of who comes, and heard of who went."""
    parts = hub(request)
    site = parts.site()
    language = request.query_params.get("language", "")
    language = language if language in LANGUAGES else site.language
    with parts.db.read() as tx:
        offered = list(site.topics_offered)
        topics = listing.named_topics(tx, offered) if offered else []
        texts = consent.history(tx)
        reasons = departures.counts(tx, site=site, now=parts.now())
        words = departures.words(tx, limit=_WORDS_SHOWN)
    return desk_page(
        request,
        "admin/sign_up.html",
        section="subscribers",
        form=_form(request, language, topics),
        form_language=language,
        languages=[
            (code, name, f"/admin/subscribers/form?language={code}")
            for code, name in LANGUAGES.items()
        ],
        origins=site.form_origins,
        texts=texts,
        language_names=LANGUAGES,
        reasons=[(REASONS[one.reason], one.people) for one in reasons],
        reason_words=REASONS,
        words=words,
        asks_why=site.ask_why == "on",
    )


def _form(request: Request, language: str, topics: list[Topic]) -> str:
    """The HTML that an owner pastes into another site: no script, no style, nothing fetched."""
    site = hub(request).site()
    given = {
        "action": site.url("/subscribe"),
        "agreed": consent.consent_text(site, language),
        "topics": topics,
        "form_language": language,
        "title": i18n.translate(language, N_("New articles, by mail")),
    }
    return themes.desk().render("partials/admin/embedded_form.html", language, given).strip()


ROUTES = [DeskRoute("/admin/subscribers/form", overview, needs=Needs.OWNER)]
