"""The site as its owner set it up. Each option's default, help and check: options.py."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Site:
    """Every option, checked. `ready_at` is None until `hub setup` (or the set-up page) ran."""

    title: str
    description: str
    base_url: str
    language: str
    timezone: str
    theme: str
    accent_colour: str
    logo: str
    icon: str
    social_image: str
    posts_per_page: int
    feed_items: int
    feed_content: str
    machine_texts: str
    websub_hub: str
    rel_me: str
    fediverse_creator: str
    share_links: str
    link_cards: str
    owner_email: str
    sender_name: str
    sender_email: str
    reply_to: str
    bounce_address: str
    postal_address: str
    dkim: str
    dkim_selector: str
    publisher: str
    publisher_details: str
    publisher_address: str
    publisher_phone: str
    publisher_email: str
    publication_director: str
    host_name: str
    host_address: str
    host_phone: str
    legal_notice: str
    privacy_notice: str
    trust_notice: str
    retention_months: int
    newsletter_name: str
    subject_prefix: str
    each_content: str
    count_clicks: str
    weekly_day: str
    weekly_time: str
    monthly_day: int
    consent_text: str
    signup_mode: str
    question_en: str
    question_fr: str
    closed_text_en: str
    closed_text_fr: str
    consent_text_en: str
    consent_text_fr: str
    offered_topics: str
    embed_origins: str
    ask_why: str
    sign_ups_per_network: int
    sign_ups_per_domain: int
    disposable_domains: str
    form_seconds: str
    proof_of_work: str
    send_per_second: str
    send_per_hour: str
    send_per_day: str
    send_per_domain: str
    send_connections: int
    ramp_up: str
    welcome_mail: str
    welcome_subject_en: str
    welcome_text_en: str
    welcome_subject_fr: str
    welcome_text_fr: str
    welcome_posts: str
    notice_sent: str
    notice_failures: str
    notice_failures_above: int
    notice_paused: str
    notice_cancelled: str
    notice_skipped: str
    notice_troubles: str
    notice_worker: str
    notice_readers: str
    notice_waiting: str
    notice_retention: str
    notice_address: str
    notice_limit: int
    daily_backups: str
    backups_kept: int
    ready_at: datetime | None
    # When the owner last changed the day or the time of these newsletters; None: never.
    weekly_from: datetime | None = None
    monthly_from: datetime | None = None

    def url(self, path: str) -> str:
        """The absolute address of a path of this site that starts with `/`.

        Letters beyond ASCII are percent-encoded (RFC 3986); what is already encoded stays.
        """
        return self.base_url + quote(path, safe="/~!$&'()*+,;=:@%?#")

    @property
    def pages_elsewhere(self) -> list[str]:
        """The owner's addresses on other sites, for rel="me"."""
        return self.rel_me.split()

    @property
    def topics_offered(self) -> tuple[str, ...]:
        """The topics that readers may choose, in the owner's order."""
        return tuple(self.offered_topics.split())

    @property
    def form_origins(self) -> tuple[str, ...]:
        """The origins of other sites whose forms may subscribe readers."""
        return tuple(self.embed_origins.split())

    def consent_in(self, language: str) -> str:
        """The owner's words of consent for forms in a language; empty without any of its own."""
        return {"en": self.consent_text_en, "fr": self.consent_text_fr}.get(language, "")

    @property
    def from_name(self) -> str:
        return self.sender_name or self.title

    @property
    def from_email(self) -> str:
        return self.sender_email or self.owner_email

    @property
    def replies_to(self) -> str:
        return self.reply_to or self.owner_email

    @property
    def letter_name(self) -> str:
        """What the newsletter is called."""
        return self.newsletter_name or self.title
