"""What each template is given, as samples: for trying a theme without a reader.

docs/themes.md lists the same; tests compare both with what the views really give.
"""

from datetime import UTC, datetime

from hub.admin.notice_words import Said
from hub.audience.model import CADENCES, Subscriber
from hub.content.hall.model import Card, Entry
from hub.content.hall.showing import Shown as HallSection
from hub.content.listing import Line, Listed, Neighbour
from hub.content.media import Shown
from hub.content.model import Author, Post, Summary, Topic
from hub.content.outline import Heading
from hub.content.search import Hit, Results
from hub.content.sharing import ShareImage
from hub.content.snippets import Part
from hub.content.translations import Reading
from hub.i18n import LANGUAGES
from hub.law.kept import KEPT
from hub.law.model import Facts as LawFacts
from hub.law.words import Said as LawSaid
from hub.mail.pictures import Picture
from hub.newsletter.composing import Item, Opening
from hub.newsletter.editions import PublicEdition
from hub.newsletter.intros import Intro
from hub.newsletter.letter_model import HandLetter
from hub.newsletter.model import DigestPost, Edition
from hub.newsletter.slots import Slots
from hub.newsletter.welcoming import Teaser, Welcome
from hub.site import colours
from hub.site.model import Site
from hub.web import look, structured_data
from hub.web.forms import Form
from hub.web.paging import Paging

_AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
_AUTHOR = Author(1, "ada-lovelace", "Ada Lovelace")
_TOPIC = Topic("harbour", "Harbour")
_ACCENT = "#7a2e4d"
_EXCERPT = "What the water says twice a day, and who writes it down."

_COVER = Shown(
    "/media/ab/cd.jpg",
    1200,
    800,
    "/media/ab/cd.jpg/480.webp 480w",
    "/media/ab/cd.jpg/480.avif 480w",
)

Context = dict[str, object]


# Of no style sheet: samples are looked at by nobody, or dressed anew.
CSS_DIGEST = "0123456789abcdef"


def contexts(site: Site) -> dict[str, Context]:
    """The variables of every page and mail that a theme can dress, by template."""
    pages = {f"pages/{name}.html": _on_every_page(site) | more for name, more in _pages().items()}
    mails = {f"mail/{name}": _mail(site) | more for name, more in _mails(site).items()}
    return pages | mails


def _on_every_page(site: Site) -> Context:
    return {
        "site": site,
        "language": site.language,
        "path": "/posts/tides",
        "canonical": site.url("/posts/tides"),
        "css_url": f"/assets/{CSS_DIGEST}/site.css",
        "look": look.of(site),
        "share_image": ShareImage(site.url("/media/ab/cd.jpg"), 1200, 630, "Harbour Notes"),
        "structured_data": structured_data.of_page(site),
        "logo": Shown("/media/ab/cd.png", 320, 80),
        "menu": [Entry("About", "/about"), Entry("Archive", "/archive")],
        "footer_menu": [Entry("All articles", "/archive")],
        "footer_links": [{"title": "Legal notice", "url": "/legal"}],
        "subscribe_form": {
            "action": "/subscribe",
            "consent_text": "Yes, send me Harbour Notes.",
            "closed": "",
            "consent_version": "0123456789ab",
            "cadences": CADENCES,
            "topics": [_TOPIC],
            "languages": LANGUAGES,
            "challenge_url": "/subscribe/challenge",
            "script_url": "/assets/0/sign-up.js",
        },
    }


def _sections() -> tuple[HallSection, ...]:
    item = Listed(_summary(), (_AUTHOR,), (_TOPIC,))
    card = Card(1, 1, "Sail loft", "Sails and covers, made and mended.", "/sails", _COVER.url)
    plain = Card(2, 1, "Chandlery", "", "https://shop.example", "")
    return (
        HallSection("text", "", html="<p>Welcome to the harbour.</p>"),
        HallSection("latest", "Latest"),
        HallSection("subscribe", ""),
        HallSection("topic", "Harbour", (item,), url="/topics/harbour"),
        HallSection("chosen", "To begin with", (item,)),
        HallSection("cards", "Our services", cards=(card, plain)),
    )


def _pages() -> dict[str, Context]:
    listed: Context = {"items": [Listed(_summary(), (_AUTHOR,), (_TOPIC,))], "total": 12}
    listed["paging"] = Paging("/", 1, 2)
    listed["covers"] = {"/media/ab/cd.jpg": _COVER}
    subscriber: Context = {"subscriber": _subscriber()}
    confirming = subscriber | {"already": False, "preferences_url": "/preferences/token"}
    form: Context = {
        "form": Form({"email": ["ada@example.org"], "cadence": ["weekly"], "topics": ["Harbour"]}),
        "cadences": CADENCES,
        "languages": LANGUAGES,
        "error": "This must be a day.",
        "error_field": "cadence",
    }
    signing_up = form | {
        "action": "/subscribe",
        "words": "",
        "consent": "Yes, send me Harbour Notes.",
        "consent_version": "0123456789ab",
        "topics": [_TOPIC],
        "stamp": "token",
        "again": True,
    }
    item: Context = {
        "item": Listed(_post(), (_AUTHOR,), (_TOPIC,)),
        "body": _post().html,
        "cover_picture": _COVER,
        "readings": (
            Reading("/posts/tides", "fr", True, "Lire en français", "fr"),
            Reading("/posts/tides-en", "en", False, "Read in English", "en"),
        ),
    }
    return {
        "home": listed | {"sections": _sections()},
        "topic": listed | {"topic": _TOPIC},
        "author": listed | {"author": _AUTHOR},
        "search": {
            "query": "tide",
            "shortened": False,
            "found": Results((_hit(),), 12),
            "paging": Paging("/search", 1, 2, "q=tide"),
            "latest": listed["items"],
        },
        "archive": {
            "years": [(2026, [Line("post", "tides", "Tides", _AT, _AT)])],
            "all_years": [(2026, "/archive#y2026"), (2025, "/archive?page=2#y2025")],
            "total": 12,
            "paging": Paging("/archive", 1, 2),
        },
        "post": item
        | {
            "contents": (Heading("#ebb", "Ebb"),),
            "creators": ["@ada@example.social"],
            "newer": Neighbour("later", "A later article"),
            "older": Neighbour("earlier", "An earlier article"),
            "related": [_summary()],
        },
        "page": item,
        "feeds": {"topics": [_TOPIC], "whole": True},
        **dict.fromkeys(("legal", "privacy", "trust"), _law()),
        "privacy_changes": {
            "title": "What changed on these pages",
            "changes": [(_AT, (LawSaid("Host", ("Old Host",), ("New Host",)),))],
            "others": _law()["others"],
            "since": _AT,
        },
        "newsletter": {"editions": [PublicEdition(3, "weekly", "Tides", _AT, 4)]},
        "edition": {
            "edition": Edition(3, "weekly", "2026-W48", "sent", "Tides", "", _AT, _AT, 0),
            "posts": (DigestPost(1, "tides", "Tides", _EXCERPT, _AT, (_AUTHOR.name,)),),
            "letter": _letter(),
            "opening": Intro("", "fr", _EXCERPT, f"<p>{_EXCERPT}</p>"),
        },
        "subscribe": signing_up,
        "invite": signing_up | {"action": "/invite/quay", "words": "We met on the quay."},
        "invitation_over": {"state": "used", "closed": True},
        "by_invitation": {"words": "Ask whoever told you of it."},
        "waiting": subscriber
        | {
            "question": "Who are you?",
            "answer": "Ada, a sailor.",
            "action": "/confirm/token/answer",
            "withdraw_url": "/unsubscribe/token",
            "saved": True,
            "error": "This cannot be empty.",
        },
        "check_mail": {"email": "ada@example.org"},
        "confirm": confirming,
        "confirmed": confirming | {"welcome": _welcome(), "receipt_url": "/receipt/token"},
        "stay": subscriber
        | {
            "stayed": False,
            "months": 36,
            "unsubscribe_url": "/unsubscribe/token",
            "preferences_url": "/preferences/token",
        },
        "confirm_expired": {},
        "preferences": form
        | subscriber
        | {
            "topics": [_TOPIC],
            "saved": True,
            "unsubscribe_url": "/unsubscribe/token",
            "request_url": "/preferences/token/request",
        },
        "my_link": {"form": form["form"], "error": ""},
        "new_address": subscriber
        | {
            "form": form["form"],
            "error": "This is no address.",
            "preferences_url": "/preferences/x",
        },
        "request_sent": {"kind": "address", "email": "ada@example.org", "error": ""},
        "own_link": {"kind": "address", "state": "open", "email": "ada@example.org"},
        "unsubscribe": subscriber | {"preferences_url": "/preferences/token"},
        "unsubscribed": subscriber
        | {"own_url": "/preferences/token", "why_url": "/preferences/why/token", "thanked": False},
        "link_unknown": {},
        "link_test": {},
        "error": {
            "error_status": 404,
            "error_text": "There is no such page.",
            "query": "harbour tides",
        },
    }


def _mail(site: Site) -> Context:
    tones = colours.by_day(_ACCENT), colours.by_night(_ACCENT)
    logo = Picture(site.url("/media/ab/cd.png"), 160, 40)
    return {"site": site, "language": site.language, "accent": look.Accent(*tones), "logo": logo}


def _mails(site: Site) -> dict[str, Context]:
    item = Item(
        title="Tides",
        url=site.url("/posts/tides"),
        excerpt=_EXCERPT,
        authors=(_AUTHOR.name,),
        published_at=_AT,
        reading_minutes=4,
        language="fr",
        picture=Picture(site.url("/media/ab/cd.jpg"), 528, 297),
        picture_alt="The quay at low water",
    )
    digest: Context = {
        "stream": "weekly",
        "subject": "Tides, and 3 more articles",
        "preheader": "Ropes · Weather",
        "intro": "This week: 4 new articles.",
        "opening": Opening(f"<p>{_EXCERPT}</p>", _EXCERPT, "fr"),
        "reason": "You receive this mail because you subscribed.",
        "made_at": _AT,
        "browser_url": site.url("/newsletter/3"),
        "posts": [item],
        "more": 3,
        "slots": Slots(site.url("/unsubscribe/token"), site.url("/preferences/token"), " Ada"),
    }
    confirmation: Context = {
        "confirm_url": site.url("/confirm/token"),
        "hours": 72,
        "asked_at": _AT,
        "consent": "Yes, send me Harbour Notes.",
    }
    own_link: Context = {
        "subject": "Your link: Harbour Notes",
        "kind": "page",
        "url": site.url("/preferences/token"),
        "hours": 2,
    }
    password: Context = {
        "subject": "A new password",
        "invited": False,
        "url": site.url("/admin/password/token"),
    }
    paused: Context = {
        "subject": "The newsletter is paused: Tides",
        "edition": Edition(3, "weekly", "2026-W48", "paused", "Tides", "relay", _AT, None, 0),
        "reason": "The mail server refused the log-in.",
        "accepted": 40,
        "waiting": 60,
        "url": site.url("/admin/newsletter/3"),
    }
    letter = {name: digest[name] for name in ("subject", "preheader", "made_at", "reason")} | {
        "stream": "letter",
        "body": f"<p>{_EXCERPT}</p>",
        "body_language": "fr",
        "browser_url": digest["browser_url"],
        "slots": digest["slots"],
    }
    welcome: Context = {
        "subject": "Welcome to Harbour Notes",
        "words": "<p>It is good to have you.</p>",
        "words_text": "It is good to have you.",
        "cadence": "weekly",
        "next_at": _AT,
        "edition": _welcome().edition,
        "edition_url": site.url("/newsletter/3"),
        "articles": [Teaser("Tides", site.url("/posts/tides"), _EXCERPT)],
        "unsubscribe_url": site.url("/unsubscribe/token"),
        "preferences_url": site.url("/preferences/token"),
    }
    notice: Context = {
        "subject": "Sent: Tides",
        "notices": [Said("Sent: Tides", ("Accepted: 340",), site.url("/admin/newsletter/3"), "")],
        "addresses": ("ada@example.org",),
        "list_url": site.url("/admin/notices"),
        "settings_url": site.url("/admin/settings#group-notices"),
    }
    declined: Context = {
        "subject": "Your request: Harbour Notes",
        "word": "Not this year.",
        "cadence": "weekly",
    }
    accepted = declined | {
        "unsubscribe_url": site.url("/unsubscribe/token"),
        "preferences_url": site.url("/preferences/token"),
    }
    stay: Context = {
        "subject": "Do you still want Harbour Notes?",
        "months": 36,
        "stay_url": site.url("/stay/token"),
        "erased_on": _AT,
        "unsubscribe_url": site.url("/unsubscribe/token"),
    }
    letters: dict[str, Context] = {
        "accepted": accepted,
        "declined": declined,
        "stay": stay,
        "digest": digest,
        "letter": letter,
        "welcome": welcome,
        "notice": notice,
        "confirmation": confirmation,
        "own_link": own_link,
        "moved": {
            "subject": "Harbour Notes goes to another address now",
            "url": "https://harbour.example/preferences/address/token",
            "days": 14,
        },
        "password": password,
        "paused": paused,
    }
    return {f"{name}.{end}": given for name, given in letters.items() for end in ("html", "txt")}


def _law() -> Context:
    facts = LawFacts(
        publisher="Atelier Marée",
        publisher_details="SARL, RCS Quimper 000 000 000",
        publisher_address="4 quai du Port Rhu",
        publisher_phone="+33 2 00 00 00 00",
        publisher_email="hello@example.org",
        publication_director="Ada Lovelace",
        host_name="Example Host",
        host_address="1 rue du Serveur",
        host_phone="+33 1 00 00 00 00",
        relays=("mail.example.org",),
        providers=("Postmark",),
        websub="hub.example.org",
        retention_months=36,
        consent_text="Yes, send me Harbour Notes.",
        welcome_mail=True,
        count_clicks=False,
        kept=tuple(row.name for row in KEPT),
        legal_notice="",
        privacy_notice="",
        trust_notice="",
        wording=1,
    )
    return {
        "title": "Privacy",
        "facts": facts,
        "kept": KEPT,
        "own": "<p>Who answers for this site.</p>",
        "others": [{"language": "fr", "name": "Français", "url": "/privacy/fr"}],
        "since": _AT,
        "has_notice": True,
        "changes_url": "/privacy/changes",
    }


def _letter() -> HandLetter:
    return HandLetter(
        id=1,
        subject="Tides",
        preheader="",
        excerpt=_EXCERPT,
        language="fr",
        audience="all",
        topics="",
        segment_id=None,
        on_site="auto",
        status="made",
        send_at=None,
        problem="",
        edition_id=3,
        created_at=_AT,
        updated_at=_AT,
        markdown=_EXCERPT,
        html=f"<p>{_EXCERPT}</p>",
    )


def _welcome() -> Welcome:
    post = DigestPost(1, "tides", "Tides", _EXCERPT, _AT, (_AUTHOR.name,))
    edition = PublicEdition(3, "weekly", "Tides", _AT, 4)
    return Welcome("<p>It is good to have you.</p>", _AT, edition, (post,))


def _hit() -> Hit:
    title = (Part("Tides", True),)
    snippet = (Part("What the ", False), Part("tide", True), Part(" says", False))
    return Hit("post", "tides", "fr", _AT, title, snippet)


def _summary() -> Summary:
    return Summary(
        1,
        "urn:uuid:0",
        "post",
        "tides",
        "Tides",
        _EXCERPT,
        4,
        "published",
        "digest",
        "fr",
        "/media/ab/cd.jpg",
        "The quay at low water",
        _AT,
        _AT,
    )


def _post() -> Post:
    return Post(
        id=1,
        uid="urn:uuid:0",
        kind="post",
        slug="tides",
        title="Tides",
        excerpt=_EXCERPT,
        markdown="## Ebb",
        html='<h2 id="ebb">Ebb</h2><p>The water goes.</p>',
        plain_text="Ebb\nThe water goes.",
        reading_minutes=4,
        status="published",
        newsletter="digest",
        language="fr",
        canonical_url="",
        cover="/media/ab/cd.jpg",
        cover_alt="The quay at low water",
        audio="/media/ab/cd.mp3",
        source=None,
        source_hash=None,
        created_at=_AT,
        updated_at=_AT,
        published_at=_AT,
    )


def _subscriber() -> Subscriber:
    return Subscriber(
        id=1,
        email="ada@example.org",
        email_key="ada@example.org",
        name="Ada",
        status="active",
        cadence="weekly",
        paused_until=None,
        language="en",
        source="form",
        created_at=_AT,
        confirmed_at=_AT,
        unsubscribed_at=None,
    )
