"""The settings: every option of the site, in groups, with its help beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import look_preview, theme_check
from hub.admin.forms import Errors, Messages
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.admin.setup import timezones
from hub.audience import consent
from hub.errors import NotFound
from hub.i18n import LANGUAGES, N_
from hub.newsletter import welcoming
from hub.site import colours, options
from hub.site import store as sites
from hub.site.model import Site
from hub.web import sessions, themes
from hub.web.pages import message
from hub.web.security import CONTENT_SECURITY_POLICY
from hub.web.state import hub


@dataclass(frozen=True, slots=True)
class Group:
    """A heading and the names of the options under it."""

    name: str
    title: str
    options: tuple[str, ...]


_NAMED = (
    Group("site", N_("The site"), ("title", "description", "base_url", "language", "timezone")),
    Group(
        "reading",
        N_("Reading"),
        ("posts_per_page", "feed_items", "feed_content", "machine_texts"),
    ),
    Group(
        "open_web",
        N_("The open web"),
        ("websub_hub", "rel_me", "fediverse_creator", "share_links", "link_cards"),
    ),
    Group("look", N_("The look"), ("theme", "accent_colour", "logo", "icon", "social_image")),
    Group(
        "newsletter",
        N_("The newsletter"),
        (
            "newsletter_name",
            "weekly_day",
            "weekly_time",
            "monthly_day",
            "subject_prefix",
            "each_content",
            "count_clicks",
        ),
    ),
    Group(
        "sign_up",
        N_("Signing up"),
        (
            *("signup_mode", "question_en", "question_fr", "closed_text_en", "closed_text_fr"),
            *("consent_text", "consent_text_en", "consent_text_fr"),
            *("offered_topics", "embed_origins", "ask_why"),
        ),
    ),
    Group(
        "sign_ups",
        N_("Against abuse of the sign-up"),
        (
            *("sign_ups_per_network", "sign_ups_per_domain", "disposable_domains"),
            *("form_seconds", "proof_of_work"),
        ),
    ),
    Group(
        "mail",
        N_("Sender and replies"),
        (
            "owner_email",
            "sender_name",
            "sender_email",
            "reply_to",
            "bounce_address",
            "postal_address",
            "dkim",
            "dkim_selector",
        ),
    ),
    Group(
        "sending",
        N_("Sending"),
        (
            "send_per_second",
            "send_per_hour",
            "send_per_day",
            "send_per_domain",
            "send_connections",
            "ramp_up",
        ),
    ),
    Group(
        "welcome",
        N_("The welcome"),
        (
            "welcome_mail",
            "welcome_posts",
            *("welcome_subject_en", "welcome_text_en"),
            *("welcome_subject_fr", "welcome_text_fr"),
        ),
    ),
    Group(
        "notices",
        N_("Notices to you"),
        (
            "notice_sent",
            "notice_failures",
            "notice_failures_above",
            "notice_paused",
            "notice_cancelled",
            "notice_skipped",
            "notice_troubles",
            "notice_worker",
            "notice_readers",
            "notice_waiting",
            "notice_retention",
            "notice_address",
            "notice_limit",
        ),
    ),
    Group(
        "legal",
        N_("What the legal pages say"),
        (
            *("publisher", "publisher_details", "publisher_address", "publisher_phone"),
            *("publisher_email", "publication_director"),
            *("host_name", "host_address", "host_phone"),
            *("legal_notice", "privacy_notice", "trust_notice", "retention_months"),
        ),
    ),
    Group("backups", N_("Backups by night"), ("daily_backups", "backups_kept")),
)
LABELS = {
    "title": N_("Name"),
    "description": N_("In one sentence"),
    "base_url": N_("Public address"),
    "language": N_("Language"),
    "timezone": N_("Time zone"),
    "theme": N_("Theme"),
    "accent_colour": N_("Accent colour"),
    "logo": N_("Logo"),
    "icon": N_("Icon"),
    "social_image": N_("Picture for shared links"),
    "posts_per_page": N_("Articles on a page"),
    "feed_items": N_("Articles in a feed"),
    "feed_content": N_("What feeds carry"),
    "machine_texts": N_("Texts for programs"),
    "websub_hub": N_("WebSub hub"),
    "rel_me": N_("Your pages elsewhere"),
    "fediverse_creator": N_("Accounts in the fediverse"),
    "share_links": N_("Links for sharing"),
    "link_cards": N_("Cards of links"),
    "newsletter_name": N_("Name of the newsletter"),
    "weekly_day": N_("Day of the weekly newsletter"),
    "weekly_time": N_("Time of day"),
    "monthly_day": N_("Day of the monthly newsletter"),
    "subject_prefix": N_("In front of each subject"),
    "each_content": N_("Mail of a single article"),
    "count_clicks": N_("Count presses of links"),
    "consent_text": N_("What readers agree to"),
    "signup_mode": N_("Who gets on the list"),
    "question_en": N_("Your question in English"),
    "question_fr": N_("Your question in French"),
    "closed_text_en": N_("On a closed list, in English"),
    "closed_text_fr": N_("On a closed list, in French"),
    "consent_text_en": N_("What readers agree to, in English"),
    "consent_text_fr": N_("What readers agree to, in French"),
    "offered_topics": N_("Topics to choose"),
    "embed_origins": N_("Other sites with the form"),
    "ask_why": N_("Ask who leaves why"),
    "sign_ups_per_network": N_("From one network in an hour"),
    "sign_ups_per_domain": N_("Of one mail domain in an hour"),
    "disposable_domains": N_("Domains of throw-away addresses"),
    "form_seconds": N_("Seconds to fill in the form"),
    "proof_of_work": N_("A small sum before signing up"),
    "owner_email": N_("Your address"),
    "sender_name": N_("Sender’s name"),
    "sender_email": N_("Sender’s address"),
    "reply_to": N_("Replies go to"),
    "bounce_address": N_("Undeliverable mail comes back to"),
    "postal_address": N_("Postal address"),
    "dkim": N_("Sign mail (DKIM)"),
    "dkim_selector": N_("Name of the DKIM key"),
    "send_per_second": N_("At most in a second"),
    "send_per_hour": N_("At most in an hour"),
    "send_per_day": N_("At most in a day"),
    "send_per_domain": N_("Limits by domain"),
    "send_connections": N_("Connections"),
    "ramp_up": N_("Ramp-up: on the first day"),
    "welcome_mail": N_("Welcome new readers by mail"),
    "welcome_subject_en": N_("Subject in English"),
    "welcome_text_en": N_("Your words in English"),
    "welcome_subject_fr": N_("Subject in French"),
    "welcome_text_fr": N_("Your words in French"),
    "welcome_posts": N_("Articles to begin with"),
    "notice_sent": N_("A newsletter was sent"),
    "notice_failures": N_("Many mails failed"),
    "notice_failures_above": N_("Many are more than (in a hundred)"),
    "notice_paused": N_("A newsletter stopped"),
    "notice_cancelled": N_("A newsletter was cancelled"),
    "notice_skipped": N_("A newsletter was skipped"),
    "notice_troubles": N_("Something is wrong"),
    "notice_worker": N_("Sending was held up"),
    "notice_readers": N_("New readers"),
    "notice_waiting": N_("Somebody waits to be accepted"),
    "notice_address": N_("Notices go to"),
    "notice_limit": N_("Mails a day at most"),
    "notice_retention": N_("Silent readers"),
    "publisher": N_("Publisher"),
    "publisher_details": N_("Details of the publisher"),
    "publisher_address": N_("Address of the publisher"),
    "publisher_phone": N_("Telephone"),
    "publisher_email": N_("E-mail address for everybody"),
    "publication_director": N_("Director of publication"),
    "host_name": N_("Host"),
    "host_address": N_("Address of the host"),
    "host_phone": N_("Telephone of the host"),
    "legal_notice": N_("Your own words: legal notice"),
    "privacy_notice": N_("Your own words: privacy"),
    "trust_notice": N_("Your own words: what you do with readers’ data"),
    "retention_months": N_("Silent for so many months"),
    "daily_backups": N_("A backup every day"),
    "backups_kept": N_("Keep the newest"),
}
_WEEKDAYS = {
    "monday": N_("Monday"),
    "tuesday": N_("Tuesday"),
    "wednesday": N_("Wednesday"),
    "thursday": N_("Thursday"),
    "friday": N_("Friday"),
    "saturday": N_("Saturday"),
    "sunday": N_("Sunday"),
}
_FEEDS = {"full": N_("full articles"), "excerpt": N_("their beginning")}
_ARTICLE = {"full": N_("the full article"), "excerpt": N_("its beginning")}
_SWITCH = {"on": N_("yes"), "off": N_("no")}
_NOTICES = {"off": N_("not at all"), "desk": N_("at the desk"), "mail": N_("by mail too")}
_TOLD = (
    *("notice_sent", "notice_failures", "notice_paused", "notice_cancelled"),
    *("notice_skipped", "notice_troubles", "notice_worker", "notice_waiting", "notice_retention"),
)
_MODES = {
    "open": N_("whoever confirms"),
    "approval": N_("whoever you accept"),
    "closed": N_("only who is invited"),
}
_REPORTS = {"off": N_("never"), "daily": N_("every day"), "weekly": N_("every Monday")}
_AREAS = {
    "rel_me": 3,
    "fediverse_creator": 3,
    "postal_address": 4,
    "legal_notice": 6,
    "privacy_notice": 6,
    "trust_notice": 6,
    "publisher_details": 4,
    "publisher_address": 4,
    "host_address": 3,
    "consent_text": 3,
    "consent_text_en": 3,
    "consent_text_fr": 3,
    "offered_topics": 4,
    "embed_origins": 3,
    "disposable_domains": 4,
    "send_per_domain": 4,
    "welcome_text_en": 6,
    "welcome_text_fr": 6,
    "welcome_posts": 3,
    "closed_text_en": 3,
    "closed_text_fr": 3,
}
_TYPES = {
    "base_url": "url",
    "websub_hub": "url",
    "owner_email": "email",
    "sender_email": "email",
    "reply_to": "email",
    "bounce_address": "email",
    "weekly_time": "time",
    "posts_per_page": "number",
    "feed_items": "number",
    "monthly_day": "number",
    "sign_ups_per_network": "number",
    "sign_ups_per_domain": "number",
    "form_seconds": "number",
    "send_per_hour": "number",
    "send_per_day": "number",
    "send_connections": "number",
    "ramp_up": "number",
    "notice_failures_above": "number",
    "notice_address": "email",
    "publisher_email": "email",
    "publisher_phone": "tel",
    "host_phone": "tel",
    "retention_months": "number",
    "notice_limit": "number",
    "backups_kept": "number",
}


# What is no option but is set here too: where, what it is called, what is there.
KEEPING = (
    ("/admin/users", N_("Users"), N_("Who may come to this desk, and as what.")),
    ("/admin/doctor", N_("The doctor"), N_("Whether mail arrives, and the lines for your DNS.")),
    ("/admin/mail", N_("Mail server"), N_("How mail is sent, tried with a live message.")),
    ("/admin/backups", N_("Backups"), N_("Make one, download one, one every day.")),
    ("/admin/legal", N_("Legal pages"), N_("What is missing, what changed, who was asked.")),
    ("/admin/look", N_("Pictures of the site"), N_("Logo, icon, the picture for shared links.")),
    (
        "/admin/tokens",
        N_("Keys of programs"),
        N_("With which mail services tell of bounces, and a monitor looks in."),
    ),
    ("/admin/log", N_("Who changed what"), N_("Each change of the last year, and whose it was.")),
)


def groups() -> tuple[Group, ...]:
    """Every option has a place: what no group names stands under "More"."""
    named = {name for group in _NAMED for name in group.options}
    rest = tuple(option.name for option in options.OPTIONS if option.name not in named)
    return (*_NAMED, Group("more", N_("More"), rest)) if rest else _NAMED


def path_of(name: str) -> str:
    """Where an option is changed."""
    return next(f"/admin/settings/{g.name}#{name}" for g in groups() if name in g.options)


def index(request: Request) -> Response:
    """Every group, with the names of what is in it, each a link."""
    site = hub(request).site()
    return desk_page(
        request,
        "admin/settings.html",
        section="settings",
        groups=groups(),
        labels=LABELS,
        keeping=KEEPING,
        theme_faults=theme_check.told(site.theme, hub(request).settings.themes, site),
    )


def settings_form(request: Request) -> Response:
    """One group."""
    return _settings_page(request, [_asked(request)], Messages(), Errors(_stored(request).language))


def save(request: Request) -> Response:
    """Check every option that was sent, of whichever group; store all of them or none."""
    parts, form = hub(request), request.state.form
    sent = Messages({name: form.text(name) for name in options.BY_NAME if name in form.values})
    site = parts.site()
    errors = Errors(site.language)
    for name, value in sent.items():
        with errors.caught(name):
            checked = options.checked(name, value)
            if name == "theme":
                look_preview.checked_theme(parts, value, site)
            if name == "welcome_posts":
                with parts.db.read() as tx:
                    welcoming.refuse_unseen(tx, checked, stored=site.welcome_posts)
    if errors:
        shown = [group for group in groups() if set(sent) & set(group.options)]
        return _settings_page(request, shown, sent, errors)
    before = sessions.cookie_name(site)
    with parts.db.write() as tx:
        consent.keep_all(tx, parts.now())
        for name, value in sent.items():
            sites.change(tx, name, value, now=parts.now())
        consent.keep_all(tx, parts.now())
    response = done(request.scope["path"], "saved")
    if sessions.cookie_name(parts.site()) != before:
        # The site moved to https, or back: whoever moved it stays logged in.
        sessions.begin(request, response, request.state.user)
    return response


def _asked(request: Request) -> Group:
    name = request.path_params["group"]
    found = next((group for group in groups() if group.name == name), None)
    if found is None:
        raise NotFound(N_("There is no such page."))
    return found


def _settings_page(
    request: Request, shown: Sequence[Group], sent: Messages, errors: Errors
) -> Response:
    """Groups with what was typed, where something was; else with what is stored."""
    parts = hub(request)
    site, stored = parts.site(), _stored(request)
    values = Messages({name: str(getattr(stored, name)) for name in options.BY_NAME} | sent)
    previews = any(group.name == "look" for group in shown)
    with parts.db.read() as tx:
        gone = welcoming.gone(tx, site)
    response = desk_page(
        request,
        "admin/settings_group.html",
        section="settings",
        status=400 if errors else 200,
        groups=shown,
        action=request.scope["path"],
        previews=previews,
        shown_accent=_shown_accent(values["accent_colour"]) if previews else "",
        labels=LABELS,
        options=options.BY_NAME,
        values=values,
        errors=errors.by_field,
        choices=_choices(request),
        areas=_AREAS,
        types=_TYPES,
        theme_faults=theme_check.told(site.theme, parts.settings.themes, site),
        address_from_outside=parts.settings.base_url,
        languages=LANGUAGES,
        welcome_gone=gone,
    )
    if previews:
        framed = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
        response.headers["content-security-policy"] = framed
    return response


def _shown_accent(colour: str) -> str:
    """What becomes of a colour that could not be read on light pages; else nothing."""
    shown = colours.by_day(colour).accent if colours.HEX.fullmatch(colour) else ""
    return shown if shown != colour else ""


def _stored(request: Request) -> Site:
    """The options as stored: HUB_BASE_URL must not be written into them by saving the form."""
    with hub(request).db.read() as tx:
        return sites.load(tx)


def _choices(request: Request) -> dict[str, list[tuple[str, str]]]:
    """Options with few values: each value, and how it is shown."""

    def translated(texts: dict[str, str]) -> list[tuple[str, str]]:
        return [(value, message(request, text)) for value, text in texts.items()]

    names = themes.names(hub(request).settings.themes)
    return {
        "language": list(LANGUAGES.items()),
        "timezone": timezones(),
        "weekly_day": translated(_WEEKDAYS),
        "feed_content": translated(_FEEDS),
        "each_content": translated(_ARTICLE),
        "machine_texts": translated(_SWITCH),
        "share_links": translated(_SWITCH),
        "link_cards": translated(_SWITCH),
        "dkim": translated(_SWITCH),
        "proof_of_work": translated(_SWITCH),
        "welcome_mail": translated(_SWITCH),
        "count_clicks": translated(_SWITCH),
        "signup_mode": translated(_MODES),
        "ask_why": translated(_SWITCH),
        "daily_backups": translated(_SWITCH),
        "notice_readers": translated(_REPORTS),
        **{name: translated(_NOTICES) for name in _TOLD},
        "theme": [(name, name) for name in names],
    }


def shown_values(request: Request) -> dict[tuple[str, str], str]:
    """How the forms show the values of options that have few: by option and value."""
    return {
        (name, value): shown
        for name, values in _choices(request).items()
        for value, shown in values
    }


ROUTES = [
    DeskRoute("/admin/settings", index, needs=Needs.OWNER),
    DeskRoute("/admin/settings", save, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute("/admin/settings/{group}", settings_form, needs=Needs.OWNER),
    DeskRoute("/admin/settings/{group}", save, needs=Needs.OWNER, methods=["POST"]),
]
