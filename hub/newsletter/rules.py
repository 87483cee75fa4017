"""Which posts and which readers an edition of a stream is for. Pure rules."""

from datetime import datetime

from hub.times import to_text

# The newsletter value of a post → the streams it is meant for, turned round.
MEANT_FOR: dict[str, tuple[str, ...]] = {
    "weekly": ("digest", "digest+each"),
    "monthly": ("digest", "digest+each"),
    "each": ("digest+each",),
}
# A stream goes to the readers of the cadence of the same name.
CADENCE: dict[str, str] = {"weekly": "weekly", "monthly": "monthly", "each": "each"}

NO_POSTS = "no new articles"
NO_READERS = "no readers"


def post_period(post_id: int) -> str:
    """The period of the stream `each`: one edition a post."""
    return f"post-{post_id}"


def now_period(now: datetime) -> str:
    """A period of its own, for an edition that is sent out of turn."""
    return f"now-{to_text(now)}"
