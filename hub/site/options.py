"""The table of options: name, default, help, and what a value must be.

docs/settings.md lists them; a test fails when one is missing there.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub import addresses
from hub.errors import Refused
from hub.i18n import LANGUAGES, N_
from hub.site import colours, identities, openings, rates

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# What is left of 64 octets when a "+" and a token of 32 follow (hub/mail/verp.py).
LONGEST_BOUNCE_NAME = 31


@dataclass(frozen=True, slots=True)
class Option:
    """One row. `check` returns the value to store, or raises Refused."""

    name: str
    default: str
    help: str
    check: Callable[[str], str]


def checked(name: str, value: str) -> str:
    """The value to store for an option; Refused says what it must be, `field` names the option."""
    option = BY_NAME.get(name)
    if option is None:
        raise Refused(N_("There is no setting called %(name)s."), name=name)
    if any(ord(c) < 32 and c not in "\r\n\t" for c in value):
        raise Refused(N_("Control characters cannot be used."), field=name)
    try:
        return option.check(value.replace("\r\n", "\n").strip())
    except Refused as error:
        raise Refused(error.message, field=name, **error.values) from error


def _line(longest: int, *, needed: bool = False) -> Callable[[str], str]:
    def check(value: str) -> str:
        if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in value):
            raise Refused(N_("This must be one line."))
        if len(value) > longest:
            raise Refused(N_("At most %(longest)s characters."), longest=longest)
        if needed and not value:
            raise Refused(N_("This cannot be empty."))
        return value

    return check


def _text(longest: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if len(value) > longest:
            raise Refused(N_("At most %(longest)s characters."), longest=longest)
        return value

    return check


def _choice(*allowed: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in allowed:
            raise Refused(N_("This must be one of: %(allowed)s."), allowed=", ".join(allowed))
        return value

    return check


def _number(least: int, most: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise Refused(
                N_("This must be a number from %(least)s to %(most)s."), least=least, most=most
            )
        return str(int(value))

    return check


def _number_or_empty(least: int, most: int) -> Callable[[str], str]:
    number = _number(least, most)
    return lambda value: number(value) if value else ""


def _per_second(value: str) -> str:
    rates.per_second(value)
    return value.replace(",", ".")


def _domain_rates(value: str) -> str:
    rates.by_domain(value)
    return value


def _domains(value: str) -> str:
    """Domains as they are compared (A-label form, lower-cased), one a line, sorted."""
    try:
        typed = [part.strip("@.") for part in re.split(r"[\s,;]+", value)]
        keys = {addresses.key(addresses.checked(f"x@{part}")) for part in typed if part}
    except Refused as error:
        raise Refused(N_("Write one domain a line, such as example.org.")) from error
    return _text(20_000)("\n".join(sorted(key.partition("@")[2] for key in keys)))


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(N_("There is no such time zone; write one like Europe/Paris.")) from error
    return value


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise Refused(N_("This must look like https://example.org, without a path."))
    if parts.query or parts.fragment or parts.username:
        raise Refused(N_("This must look like https://example.org, without a path."))
    return f"{parts.scheme}://{parts.netloc}"


def _address(value: str) -> str:
    return addresses.checked(value)


def _address_or_empty(value: str) -> str:
    return addresses.checked(value) if value else ""


def _bounce_address(value: str) -> str:
    if not value:
        return ""
    address = addresses.checked(value)
    local = address.rpartition("@")[0]
    if not local.isascii() or len(local) > LONGEST_BOUNCE_NAME:
        raise Refused(
            N_("Before the @ there is room for %(longest)s plain letters."),
            longest=LONGEST_BOUNCE_NAME,
        )
    return address


def _time_of_day(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise Refused(N_("This must be a time like 08:00."))
    return value


def _theme(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", value):
        raise Refused(N_("This must be the name of a theme."))
    return value


def _colour_or_empty(value: str) -> str:
    if value and not colours.HEX.fullmatch(value.lower()):
        raise Refused(N_("This must be a colour like #0b5f50."))
    return value.lower()


def _picture_or_empty(value: str) -> str:
    if value and not re.fullmatch(r"/media/[0-9a-f]{2}/[0-9a-f]{32}\.[a-z]{3,4}", value):
        raise Refused(N_("This must be the address of a picture of this site: /media/…"))
    return value


def _hub_or_empty(value: str) -> str:
    if value and not _plain_url(value, "https"):
        raise Refused(N_("This must look like https://hub.example.org/."))
    return value


def _urls(value: str) -> str:
    lines = [line.strip() for line in value.split("\n") if line.strip()]
    if any(not _plain_url(line, "https", "http") for line in lines):
        raise Refused(N_("Write one address a line, each like https://example.social/@name."))
    return _text(2_000)("\n".join(lines))


def _creators(value: str) -> str:
    identities.creators(value)
    return _text(2_000)(value)


def _plain_url(value: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(value)
        named = parts.scheme in schemes and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
    return named and len(value) <= 500 and re.fullmatch(r"[!#-;=?-~]+", value) is not None


def _selector(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", value):
        raise Refused(N_("Only small letters, digits and hyphens can be used."))
    return value


def _slugs(value: str) -> str:
    """Slugs, one a line; the address of an article gives its slug."""
    lines = [line.strip().rpartition("/posts/")[2].strip("/") for line in value.split("\n")]
    slugs = [slug for slug in dict.fromkeys(lines) if slug]
    if len(slugs) > 3 or any(len(slug) > 200 or "/" in slug or " " in slug for slug in slugs):
        raise Refused(N_("Three articles at most, each on a line: the end of its address."))
    return "\n".join(slugs)


def _origins(value: str) -> str:
    return "\n".join(openings.origins(value))


def _topics(value: str) -> str:
    return "\n".join(openings.topics(value))


_NOTICES = _choice("off", "desk", "mail")

OPTIONS = (
    Option(
        "title",
        "",
        N_("Stands at the top of every page, in feeds and in mail."),
        _line(120, needed=True),
    ),
    Option("description", "", N_("One sentence that says what readers find here."), _line(300)),
    Option(
        "base_url",
        "http://127.0.0.1:8000",
        N_("The public address of the site; HUB_BASE_URL beats it."),
        _base_url,
    ),
    Option("language", "en", N_("The language of the site: en or fr."), _choice(*LANGUAGES)),
    Option("timezone", "UTC", N_("The time zone of dates and of the newsletter."), _timezone),
    Option("theme", "default", N_("How the public pages look."), _theme),
    Option(
        "accent_colour",
        "",
        N_("The colour of links and buttons, like #0b5f50; empty: the theme's own."),
        _colour_or_empty,
    ),
    Option(
        "logo",
        "",
        N_("A picture that stands for the name at the top of every page; empty: the name."),
        _picture_or_empty,
    ),
    Option(
        "icon",
        "",
        N_("The picture in a browser's tab, best a square; empty: the first letter of the name."),
        _picture_or_empty,
    ),
    Option(
        "social_image",
        "",
        N_("Shown where a link to the site is shared, when the article has no cover of its own."),
        _picture_or_empty,
    ),
    Option(
        "posts_per_page", "10", N_("How many one page of a list shows, 1 to 100."), _number(1, 100)
    ),
    Option("feed_items", "20", N_("How many of the newest, 1 to 200."), _number(1, 200)),
    Option(
        "feed_content",
        "full",
        N_("What feeds carry: full articles, or their excerpt."),
        _choice("full", "excerpt"),
    ),
    Option(
        "machine_texts",
        "on",
        N_("Whether programs get articles as Markdown and a list of them: on or off."),
        _choice("on", "off"),
    ),
    Option(
        "websub_hub",
        "",
        N_(
            "A WebSub hub, https://…, that tells readers of new articles at once; empty: none is"
            " told, and feed readers come and look."
        ),
        _hub_or_empty,
    ),
    Option(
        "rel_me",
        "",
        N_("Your pages elsewhere, one address a line, so that those can prove this site is yours."),
        _urls,
    ),
    Option(
        "fediverse_creator",
        "",
        N_(
            "Who is named where an article is shared on Mastodon: @name@example.social; for one"
            " author on a line of its own, Ada Lovelace: @ada@example.social."
        ),
        _creators,
    ),
    Option(
        "share_links",
        "on",
        N_("Whether articles end with links for sharing them: on or off."),
        _choice("on", "off"),
    ),
    Option("owner_email", "", N_("Your address: replies and notices come here."), _address),
    Option("sender_name", "", N_("The name mail comes from; empty: the title."), _line(80)),
    Option(
        "sender_email",
        "",
        N_("The address mail comes from; empty: your address."),
        _address_or_empty,
    ),
    Option("reply_to", "", N_("Where replies go; empty: your address."), _address_or_empty),
    Option(
        "bounce_address",
        "",
        N_(
            "The mailbox that undeliverable mail comes back to, such as bounces@example.org; it"
            " must take bounces+anything@example.org too. Empty: the sender’s address."
        ),
        _bounce_address,
    ),
    Option(
        "postal_address",
        "",
        N_("Your postal address, shown at the foot of every newsletter."),
        _text(500),
    ),
    Option(
        "dkim",
        "off",
        N_("Whether the hub signs its mail (on), or leaves that to the mail server (off)."),
        _choice("off", "on"),
    ),
    Option(
        "dkim_selector",
        "hub",
        N_("The name of the key in the DNS, in front of ._domainkey and your domain."),
        _selector,
    ),
    Option("legal_notice", "", N_("The legal notice (Markdown), shown at /legal."), _text(50_000)),
    Option(
        "privacy_notice",
        "",
        N_("What you add to the privacy page (Markdown), shown at /privacy."),
        _text(50_000),
    ),
    Option(
        "newsletter_name", "", N_("What the newsletter is called; empty: the title."), _line(120)
    ),
    Option(
        "subject_prefix",
        "",
        N_("Stands in front of the subject of each newsletter, such as [Harbour]; empty: nothing."),
        _line(40),
    ),
    Option(
        "each_content",
        "full",
        N_("What the mail of a single article carries: the full article, or its excerpt."),
        _choice("full", "excerpt"),
    ),
    Option(
        "count_clicks",
        "off",
        N_(
            "Count how often the links of an edition are pressed, all readers together: on or off."
            " Nobody can tell who did."
        ),
        _choice("off", "on"),
    ),
    Option(
        "weekly_day",
        "saturday",
        N_("The weekly newsletter goes out on this day."),
        _choice(*WEEKDAYS),
    ),
    Option(
        "weekly_time",
        "08:00",
        N_("The time of the newsletter, in the site's time zone."),
        _time_of_day,
    ),
    Option(
        "monthly_day",
        "1",
        N_("The monthly newsletter goes out on this day of the month, 1 to 28."),
        _number(1, 28),
    ),
    Option(
        "consent_text",
        "",
        N_("What readers agree to when they subscribe; empty: the hub's own text."),
        _line(600),
    ),
    Option(
        "signup_mode",
        "open",
        N_(
            "Who gets on the list: whoever confirms (open), whoever you accept (approval), or those"
            " who have an invitation from you (closed)."
        ),
        _choice("open", "approval", "closed"),
    ),
    Option(
        "question_en",
        "",
        N_("What you ask in English who waits to be accepted; empty: the hub's own question."),
        _line(300),
    ),
    Option(
        "question_fr",
        "",
        N_("What you ask in French who waits to be accepted; empty: the hub's own question."),
        _line(300),
    ),
    Option(
        "closed_text_en",
        "",
        N_("What stands in English in place of the form on a closed list; empty: the hub's own."),
        _text(1_000),
    ),
    Option(
        "closed_text_fr",
        "",
        N_("What stands in French in place of the form on a closed list; empty: the hub's own."),
        _text(1_000),
    ),
    Option(
        "consent_text_en",
        "",
        N_("The same on forms in English; empty: the text above."),
        _line(600),
    ),
    Option(
        "consent_text_fr",
        "",
        N_("The same on forms in French; empty: the text above."),
        _line(600),
    ),
    Option(
        "offered_topics",
        "",
        N_("The topics that readers may choose, one a line, 20 at most; empty: none."),
        _topics,
    ),
    Option(
        "embed_origins",
        "",
        N_(
            "Other sites that may hold the form to subscribe, one a line, such as"
            " https://example.org; empty: none."
        ),
        _origins,
    ),
    Option(
        "ask_why",
        "off",
        N_("Whether who has just left is asked why: on or off."),
        _choice("off", "on"),
    ),
    Option(
        "sign_ups_per_network",
        "60",
        N_(
            "How many sign-ups one network may send in an hour, 1 to 10000; one computer half of"
            " them."
        ),
        _number(1, 10_000),
    ),
    Option(
        "sign_ups_per_domain",
        "120",
        N_(
            "How many readers of one mail domain are let in within an hour, 1 to 10000; ten times"
            " as many of the large providers. Those beside them wait for you."
        ),
        _number(1, 10_000),
    ),
    Option(
        "disposable_domains",
        "",
        N_(
            "More domains that lend a mailbox for ten minutes, one a line. It speaks against a"
            " sign-up, and blocks nobody by itself."
        ),
        _domains,
    ),
    Option(
        "form_seconds",
        "",
        N_(
            "Seconds that a person needs for the sign-up page at least, such as 3; what is sent"
            " sooner counts as a program's. Empty: any time will do."
        ),
        _number_or_empty(1, 60),
    ),
    Option(
        "proof_of_work",
        "off",
        N_(
            "Whether a reader's browser does a small sum before a sign-up: on or off. Where it"
            " cannot, the sign-up waits for you."
        ),
        _choice("off", "on"),
    ),
    Option(
        "send_per_second",
        "",
        N_("How many newsletters leave in a second at most, such as 20 or 0.5; empty: no limit."),
        _per_second,
    ),
    Option(
        "send_per_hour",
        "",
        N_("How much mail leaves in any hour at most; empty: no limit."),
        _number_or_empty(1, 10_000_000),
    ),
    Option(
        "send_per_day",
        "",
        N_("How much mail leaves in any 24 hours at most; empty: no limit."),
        _number_or_empty(1, 100_000_000),
    ),
    Option(
        "send_per_domain",
        "",
        N_(
            "Limits for readers at one domain, a rule a line: gmail.com 5/s, orange.fr 2000/h;"
            " * 10/s is for each other domain."
        ),
        _domain_rates,
    ),
    Option(
        "send_connections",
        "10",
        N_(
            "Connections to the mail server at once, 1 to 50; more help when it is far away or"
            " slow."
        ),
        _number(1, 50),
    ),
    Option(
        "ramp_up",
        "",
        N_(
            "For a new domain: how many newsletters leave on the first day; half as many again"
            " each day after, for 30 days. Empty: off."
        ),
        _number_or_empty(1, 1_000_000),
    ),
    Option(
        "welcome_mail",
        "off",
        N_("Whether a mail welcomes who has just confirmed: on or off."),
        _choice("off", "on"),
    ),
    Option(
        "welcome_subject_en",
        "",
        N_("The subject of the welcome in English; empty: the hub's own."),
        _line(150),
    ),
    Option(
        "welcome_text_en",
        "",
        N_("Your words of welcome in English (Markdown), on the page and in the mail."),
        _text(5_000),
    ),
    Option(
        "welcome_subject_fr",
        "",
        N_("The subject of the welcome in French; empty: the hub's own."),
        _line(150),
    ),
    Option(
        "welcome_text_fr",
        "",
        N_("Your words of welcome in French (Markdown), on the page and in the mail."),
        _text(5_000),
    ),
    Option(
        "welcome_posts",
        "",
        N_("Three articles to begin with, one a line (the end of its address); empty: the newest."),
        _slugs,
    ),
    Option(
        "notice_sent",
        "desk",
        N_("When a newsletter has been sent, with its figures: off, desk or mail."),
        _NOTICES,
    ),
    Option(
        "notice_failures",
        "mail",
        N_("When many mails of a newsletter failed: off, desk or mail."),
        _NOTICES,
    ),
    Option(
        "notice_failures_above",
        "5",
        N_("How many of a hundred are many, 0 to 100 (five mails at least)."),
        _number(0, 100),
    ),
    Option(
        "notice_paused",
        "mail",
        N_("When a newsletter stops and waits for you: off, desk or mail."),
        _NOTICES,
    ),
    Option(
        "notice_cancelled",
        "desk",
        N_("When a newsletter is cancelled: off, desk or mail."),
        _NOTICES,
    ),
    Option(
        "notice_skipped",
        "desk",
        N_("When nothing was sent, for want of articles or of readers: off, desk or mail."),
        _NOTICES,
    ),
    Option(
        "notice_troubles",
        "mail",
        N_(
            "When something is wrong for ten minutes (the mail server, the disk, the theme, a"
            " newsletter that cannot be made): off, desk or mail."
        ),
        _NOTICES,
    ),
    Option(
        "notice_worker",
        "desk",
        N_("When the sending process died or a newsletter was made late: off, desk or mail."),
        _NOTICES,
    ),
    Option(
        "notice_readers",
        "off",
        N_("A report of new readers, by mail: off, daily or weekly."),
        _choice("off", "daily", "weekly"),
    ),
    Option(
        "notice_waiting",
        "mail",
        N_("When somebody waits to be accepted, once a day: off, desk or mail."),
        _NOTICES,
    ),
    Option(
        "notice_address",
        "",
        N_("Where notices go; empty: your address. Readers' addresses go to yours alone."),
        _address_or_empty,
    ),
    Option(
        "notice_limit",
        "20",
        N_("How many such mails a day at most, 1 to 1,000; the others come in one the next day."),
        _number(1, 1_000),
    ),
)
BY_NAME = {option.name: option for option in OPTIONS}
