"""The table of options: name, default, help, and what a value must be.

docs/settings.md lists them; a test fails when one is missing there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hub.errors import Refused
from hub.i18n import LANGUAGES, N_
from hub.site import checks

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Option:
    """One row. `check` returns the value to store, or raises Refused."""

    name: str
    default: str
    help: str
    check: Callable[[str], str]

    @property
    def values(self) -> tuple[str, ...]:
        """All there are, of an option that has few; else empty."""
        return self.check.allowed if isinstance(self.check, checks.Choice) else ()


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


_NOTICES = checks.Choice("off", "desk", "mail")

OPTIONS = (
    Option(
        "title",
        "",
        N_("Stands at the top of every page, in feeds and in mail."),
        checks.line(120, needed=True),
    ),
    Option(
        "description", "", N_("One sentence that says what readers find here."), checks.line(300)
    ),
    Option(
        "base_url",
        "http://127.0.0.1:8000",
        N_("The public address of the site; HUB_BASE_URL beats it."),
        checks.base_url,
    ),
    Option("language", "en", N_("The language of the site."), checks.Choice(*LANGUAGES)),
    Option("timezone", "UTC", N_("The time zone of dates and of the newsletter."), checks.timezone),
    Option("theme", "default", N_("How the public pages look."), checks.theme),
    Option(
        "accent_colour",
        "",
        N_("The colour of links and buttons, like #0b5f50; empty: the theme's own."),
        checks.colour_or_empty,
    ),
    Option(
        "logo",
        "",
        N_("A picture that stands for the name at the top of every page; empty: the name."),
        checks.picture_or_empty,
    ),
    Option(
        "icon",
        "",
        N_("The picture in a browser's tab, best a square; empty: the first letter of the name."),
        checks.picture_or_empty,
    ),
    Option(
        "social_image",
        "",
        N_("Shown where a link to the site is shared, when the article has no cover of its own."),
        checks.picture_or_empty,
    ),
    Option(
        "posts_per_page",
        "10",
        N_("How many one page of a list shows, 1 to 100."),
        checks.number(1, 100),
    ),
    Option("feed_items", "20", N_("How many of the newest, 1 to 200."), checks.number(1, 200)),
    Option(
        "feed_content",
        "full",
        N_("What feeds carry: full articles, or their excerpt."),
        checks.Choice("full", "excerpt"),
    ),
    Option(
        "machine_texts",
        "on",
        N_("Whether programs get articles as Markdown and a list of them."),
        checks.Choice("on", "off"),
    ),
    Option(
        "websub_hub",
        "",
        N_(
            "A WebSub hub, https://…, that tells readers of new articles at once; empty: none is"
            " told, and feed readers come and look."
        ),
        checks.hub_or_empty,
    ),
    Option(
        "rel_me",
        "",
        N_("Your pages elsewhere, one address a line, so that those can prove this site is yours."),
        checks.urls,
    ),
    Option(
        "fediverse_creator",
        "",
        N_(
            "Who is named where an article is shared on Mastodon: @name@example.social; for one"
            " author on a line of its own, Ada Lovelace: @ada@example.social."
        ),
        checks.creators,
    ),
    Option(
        "link_cards",
        "on",
        N_(
            "Whether a link that stands alone in an article shows what its page says of itself; the"
            " hub asks that page once, when you save, and readers’ browsers never."
        ),
        checks.Choice("on", "off"),
    ),
    Option(
        "share_links",
        "on",
        N_("Whether articles end with links for sharing them."),
        checks.Choice("on", "off"),
    ),
    Option("owner_email", "", N_("Your address: replies and notices come here."), checks.address),
    Option("sender_name", "", N_("The name mail comes from; empty: the title."), checks.line(80)),
    Option(
        "sender_email",
        "",
        N_("The address mail comes from; empty: your address."),
        checks.address_or_empty,
    ),
    Option("reply_to", "", N_("Where replies go; empty: your address."), checks.address_or_empty),
    Option(
        "bounce_address",
        "",
        N_(
            "The mailbox that undeliverable mail comes back to, such as bounces@example.org; it"
            " must take bounces+anything@example.org too. Empty: the sender’s address."
        ),
        checks.bounce_address,
    ),
    Option(
        "postal_address",
        "",
        N_("Your postal address, shown at the foot of every newsletter."),
        checks.text(500),
    ),
    Option(
        "dkim",
        "off",
        N_("Whether the hub signs its mail, or leaves that to the mail server."),
        checks.Choice("off", "on"),
    ),
    Option(
        "dkim_selector",
        "hub",
        N_("The name of the key in the DNS, in front of ._domainkey and your domain."),
        checks.selector,
    ),
    Option(
        "publisher",
        "",
        N_("Who publishes this site: the name of the company, the association or the person."),
        checks.line(120),
    ),
    Option(
        "publisher_details",
        "",
        N_(
            "What the law wants to be known of a company, a line each: legal form and capital,"
            " registration number, VAT number."
        ),
        checks.text(500),
    ),
    Option(
        "publisher_address",
        "",
        N_("Where the publisher can be found; empty: your postal address."),
        checks.text(500),
    ),
    Option("publisher_phone", "", N_("A telephone number for everybody."), checks.line(40)),
    Option(
        "publisher_email",
        "",
        N_("An address for everybody: it stands on the legal notice and the privacy page."),
        checks.address_or_empty,
    ),
    Option(
        "publication_director",
        "",
        N_("Who answers for what is published: the first and the last name of a person."),
        checks.line(120),
    ),
    Option(
        "host_name",
        "",
        N_("Whose machine the site is on: the name of the company that you rent it from."),
        checks.line(120),
    ),
    Option("host_address", "", N_("The postal address of that company."), checks.text(500)),
    Option("host_phone", "", N_("The telephone number of that company."), checks.line(40)),
    Option(
        "legal_notice",
        "",
        N_("What you add to the legal notice (Markdown), shown at /legal."),
        checks.text(50_000),
    ),
    Option(
        "privacy_notice",
        "",
        N_("What you add to the privacy page (Markdown), shown at /privacy."),
        checks.text(50_000),
    ),
    Option(
        "trust_notice",
        "",
        N_("What you add to the page of what is done with readers’ data (Markdown), at /trust."),
        checks.text(50_000),
    ),
    Option(
        "retention_months",
        "36",
        N_(
            "Who has done nothing of their own for so many months is asked by mail, and erased"
            " without an answer in 30 days; 0: never."
        ),
        checks.number(0, 240),
    ),
    Option(
        "newsletter_name",
        "",
        N_("What the newsletter is called; empty: the title."),
        checks.line(120),
    ),
    Option(
        "subject_prefix",
        "",
        N_("Stands in front of the subject of each newsletter, such as [Harbour]; empty: nothing."),
        checks.line(40),
    ),
    Option(
        "each_content",
        "full",
        N_("What the mail of a single article carries: the full article, or its excerpt."),
        checks.Choice("full", "excerpt"),
    ),
    Option(
        "count_clicks",
        "off",
        N_(
            "Count how often the links of an edition are pressed, all readers together."
            " Nobody can tell who did."
        ),
        checks.Choice("off", "on"),
    ),
    Option(
        "weekly_day",
        "saturday",
        N_("The weekly newsletter goes out on this day."),
        checks.Choice(*WEEKDAYS),
    ),
    Option(
        "weekly_time",
        "08:00",
        N_("The time of the newsletter, in the site's time zone."),
        checks.time_of_day,
    ),
    Option(
        "monthly_day",
        "1",
        N_("The monthly newsletter goes out on this day of the month, 1 to 28."),
        checks.number(1, 28),
    ),
    Option(
        "consent_text",
        "",
        N_("What readers agree to when they subscribe; empty: the hub's own text."),
        checks.line(600),
    ),
    Option(
        "signup_mode",
        "open",
        N_(
            "Who gets on the list: whoever confirms, whoever you accept, or those who have an"
            " invitation from you."
        ),
        checks.Choice("open", "approval", "closed"),
    ),
    Option(
        "question_en",
        "",
        N_("What you ask in English who waits to be accepted; empty: the hub's own question."),
        checks.line(300),
    ),
    Option(
        "question_fr",
        "",
        N_("What you ask in French who waits to be accepted; empty: the hub's own question."),
        checks.line(300),
    ),
    Option(
        "closed_text_en",
        "",
        N_("What stands in English in place of the form on a closed list; empty: the hub's own."),
        checks.text(1_000),
    ),
    Option(
        "closed_text_fr",
        "",
        N_("What stands in French in place of the form on a closed list; empty: the hub's own."),
        checks.text(1_000),
    ),
    Option(
        "consent_text_en",
        "",
        N_("The same on forms in English; empty: the text above."),
        checks.line(600),
    ),
    Option(
        "consent_text_fr",
        "",
        N_("The same on forms in French; empty: the text above."),
        checks.line(600),
    ),
    Option(
        "offered_topics",
        "",
        N_("The topics that readers may choose, one a line, 20 at most; empty: none."),
        checks.topics,
    ),
    Option(
        "embed_origins",
        "",
        N_(
            "Other sites that may hold the form to subscribe, one a line, such as"
            " https://example.org; empty: none."
        ),
        checks.origins,
    ),
    Option(
        "ask_why",
        "off",
        N_("Whether who has just left is asked why."),
        checks.Choice("off", "on"),
    ),
    Option(
        "sign_ups_per_network",
        "60",
        N_(
            "How many sign-ups one network may send in an hour, 1 to 10000; one computer half of"
            " them."
        ),
        checks.number(1, 10_000),
    ),
    Option(
        "sign_ups_per_domain",
        "120",
        N_(
            "How many readers of one mail domain are let in within an hour, 1 to 10000; ten times"
            " as many of the large providers. Those beside them wait for you."
        ),
        checks.number(1, 10_000),
    ),
    Option(
        "disposable_domains",
        "",
        N_(
            "More domains that lend a mailbox for ten minutes, one a line. It speaks against a"
            " sign-up, and blocks nobody by itself."
        ),
        checks.domains,
    ),
    Option(
        "form_seconds",
        "",
        N_(
            "Seconds that a person needs for the sign-up page at least, such as 3; what is sent"
            " sooner counts as a program's. Empty: any time will do."
        ),
        checks.number_or_empty(1, 60),
    ),
    Option(
        "proof_of_work",
        "off",
        N_(
            "Whether a reader's browser does a small sum before a sign-up. Where it"
            " cannot, the sign-up waits for you."
        ),
        checks.Choice("off", "on"),
    ),
    Option(
        "send_per_second",
        "",
        N_("How many newsletters leave in a second at most, such as 20 or 0.5; empty: no limit."),
        checks.per_second,
    ),
    Option(
        "send_per_hour",
        "",
        N_("How much mail leaves in any hour at most; empty: no limit."),
        checks.number_or_empty(1, 10_000_000),
    ),
    Option(
        "send_per_day",
        "",
        N_("How much mail leaves in any 24 hours at most; empty: no limit."),
        checks.number_or_empty(1, 100_000_000),
    ),
    Option(
        "send_per_domain",
        "",
        N_(
            "Limits for readers at one domain, a rule a line: gmail.com 5/s, orange.fr 2000/h;"
            " * 10/s is for each other domain."
        ),
        checks.domain_rates,
    ),
    Option(
        "send_connections",
        "10",
        N_(
            "Connections to the mail server at once, 1 to 50; more help when it is far away or"
            " slow."
        ),
        checks.number(1, 50),
    ),
    Option(
        "ramp_up",
        "",
        N_(
            "For a new domain: how many newsletters leave on the first day; half as many again"
            " each day after, for 30 days. Empty: off."
        ),
        checks.number_or_empty(1, 1_000_000),
    ),
    Option(
        "welcome_mail",
        "off",
        N_("Whether a mail welcomes who has just confirmed."),
        checks.Choice("off", "on"),
    ),
    Option(
        "welcome_subject_en",
        "",
        N_("The subject of the welcome in English; empty: the hub's own."),
        checks.line(150),
    ),
    Option(
        "welcome_text_en",
        "",
        N_("Your words of welcome in English (Markdown), on the page and in the mail."),
        checks.text(5_000),
    ),
    Option(
        "welcome_subject_fr",
        "",
        N_("The subject of the welcome in French; empty: the hub's own."),
        checks.line(150),
    ),
    Option(
        "welcome_text_fr",
        "",
        N_("Your words of welcome in French (Markdown), on the page and in the mail."),
        checks.text(5_000),
    ),
    Option(
        "welcome_posts",
        "",
        N_("Three articles to begin with, one a line (the end of its address); empty: the newest."),
        checks.slugs,
    ),
    Option(
        "notice_sent",
        "desk",
        N_("When a newsletter has been sent, with its figures."),
        _NOTICES,
    ),
    Option(
        "notice_failures",
        "mail",
        N_("When many mails of a newsletter failed."),
        _NOTICES,
    ),
    Option(
        "notice_failures_above",
        "5",
        N_("How many of a hundred are many, 0 to 100 (five mails at least)."),
        checks.number(0, 100),
    ),
    Option(
        "notice_paused",
        "mail",
        N_("When a newsletter stops and waits for you."),
        _NOTICES,
    ),
    Option(
        "notice_cancelled",
        "desk",
        N_("When a newsletter is cancelled."),
        _NOTICES,
    ),
    Option(
        "notice_skipped",
        "desk",
        N_("When nothing was sent, for want of articles or of readers."),
        _NOTICES,
    ),
    Option(
        "notice_troubles",
        "mail",
        N_(
            "When something is wrong for ten minutes (the mail server, the disk, the theme, a"
            " newsletter that cannot be made)."
        ),
        _NOTICES,
    ),
    Option(
        "notice_worker",
        "desk",
        N_("When the sending process died or a newsletter was made late."),
        _NOTICES,
    ),
    Option(
        "notice_readers",
        "off",
        N_("A report of new readers, by mail."),
        checks.Choice("off", "daily", "weekly"),
    ),
    Option(
        "notice_waiting",
        "mail",
        N_("When somebody waits to be accepted, once a day."),
        _NOTICES,
    ),
    Option(
        "notice_retention",
        "mail",
        N_("When silent readers are asked or erased, once a week."),
        _NOTICES,
    ),
    Option(
        "notice_address",
        "",
        N_("Where notices go; empty: your address. Readers' addresses go to yours alone."),
        checks.address_or_empty,
    ),
    Option(
        "notice_limit",
        "20",
        N_("How many such mails a day at most, 1 to 1,000; the others come in one the next day."),
        checks.number(1, 1_000),
    ),
    Option(
        "daily_backups",
        "off",
        N_("Whether a backup is made every night, after three o’clock."),
        checks.Choice("off", "on"),
    ),
    Option(
        "backups_kept",
        "7",
        N_(
            "How many of those are kept, 1 to 365; each needs as much room as the hub. What you"
            " made yourself stays until you delete it."
        ),
        checks.number(1, 365),
    ),
)
BY_NAME = {option.name: option for option in OPTIONS}
