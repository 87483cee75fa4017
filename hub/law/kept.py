"""What is stored about readers: a row for each kind, as the privacy page says it.

A test sees that each table of the database is in a row, or holds nothing about readers.
"""

from dataclasses import dataclass

from hub.i18n import N_


@dataclass(frozen=True, slots=True)
class Kept:
    """`what` is stored, `why`, and `until` when; `tables` are where."""

    name: str
    what: str
    why: str
    until: str
    tables: tuple[str, ...]


_WITH_THE_ADDRESS = N_("As long as your address.")
KEPT = (
    Kept(
        "address",
        N_(
            "Your e-mail address, your name if you gave one, whether you are subscribed, and how"
            " you came"
        ),
        N_("To send you what you asked for."),
        "",
        ("subscribers",),
    ),
    Kept(
        "choices",
        N_("What you chose: how often, about what, in which language, a pause"),
        N_("To send you that and nothing else."),
        _WITH_THE_ADDRESS,
        ("subscriber_topics",),
    ),
    Kept(
        "consent",
        N_("What you agreed to, word for word; when, on which page, and when you confirmed"),
        N_("To prove that we may write to you."),
        _WITH_THE_ADDRESS,
        ("consent_events", "confirmations"),
    ),
    Kept(
        "requests",
        N_("What you asked for on your own page: another address, your data, to be erased"),
        N_("To do it when you press the button in the mail, and not when somebody else does."),
        N_("30 days."),
        ("reader_requests",),
    ),
    Kept(
        "held",
        N_("A sign-up that looked like a program's, until a person has seen it"),
        N_("So that nobody signs up others, and nobody is turned away by mistake."),
        N_("14 days; then it is dropped."),
        ("held_sign_ups",),
    ),
    Kept(
        "notes",
        N_("What you answered when we asked who you are, and our notes and tags about it"),
        N_("To know whom we write to."),
        N_("As long as your address; you get it with your data."),
        ("person_events", "subscriber_tags"),
    ),
    Kept(
        "deliveries",
        N_("Which newsletters your mail server took, and what it answered when it did not"),
        N_("So that none comes twice, and none goes to an address that is dead."),
        N_("As long as your address; that a mail was sent is counted on, without you."),
        ("deliveries", "bounce_events", "edition_left_out"),
    ),
    Kept(
        "mails",
        N_("Mails to you alone that wait or were sent, such as the one that asks you to confirm"),
        N_("To send them, and to see that they left."),
        N_("30 days after they were sent."),
        ("mails",),
    ),
    Kept(
        "network",
        N_("The address of your connection when you sign up or ask for a link"),
        N_("To stop floods of sign-ups."),
        N_("Two hours at most; never beside your e-mail address."),
        ("limits",),
    ),
    Kept(
        "lists",
        N_("A list of readers that we bring from another place"),
        N_("To take it over, with the proof of each consent."),
        N_("A week; then only what stands on the list here."),
        ("list_imports",),
    ),
    Kept(
        "fingerprint",
        N_("After you are erased: a keyed fingerprint from which nobody can read your address"),
        N_("So that no old list brings you back."),
        N_("As long as there is this newsletter; your own new sign-up ends it."),
        ("suppressions",),
    ),
)
# What the site and its owner are made of; nothing in it is about a reader.
WITHOUT_READERS = frozenset(
    (
        *("hub", "settings", "secrets", "users", "sessions", "one_time_links"),
        *("posts", "authors", "post_authors", "topics", "post_topics", "redirects", "media"),
        *("post_words", "post_pictures", "translations", "missed", "changed_feeds", "post_holds"),
        *("editions", "edition_counts", "edition_posts", "edition_mails", "edition_samples"),
        *("edition_segments", "letters", "segments", "workers", "relays", "troubles", "ramps"),
        *("sent_minutes", "paces", "mailboxes", "spent_tokens", "notices", "reader_reports"),
        *("retention_days", "law_state", "law_changes", "consent_texts", "invitations"),
        # How many, and why they left: no row says who.
        *("people_counts", "people_moves", "growth_moves", "growth_days", "feed_readers"),
        *("list_sizes", "edition_links", "departures"),
        *("hall_places", "hall_links", "hall_sections", "hall_chosen", "hall_cards", "link_cards"),
        *("brakes", "spent_challenges", "post_revisions", "working_copies"),
        # Who works at the desk and what they changed, for a year (hub/journal.py); readers who
        # were erased stand in it by a number that leads nowhere any more.
        *("journal", "webhook_keys", "examinations", "backups"),
        *("next_intros", "edition_intros", "post_places"),
        *("setup_answers", "first_steps", "chosen_relay"),
    )
)
