"""What is due now: the editions of the calendar, articles that go out by themselves, letters."""

from datetime import datetime

from hub.db import Transaction
from hub.newsletter import letters, planning
from hub.newsletter.model import Edition
from hub.newsletter.planning import Press
from hub.site.model import Site


def plan_due(tx: Transaction, press: Press, now: datetime) -> Edition | None:
    """Make one edition that is due, with its mail; None when none is (or another worker did).

    Raises as `planning.plan_due` and `letters.make_due` do; a letter that cannot be made holds
    up no digest.
    """
    return planning.plan_due(tx, press, now) or letters.make_due(tx, press, now)


def is_due(tx: Transaction, site: Site, now: datetime) -> bool:
    """Whether `plan_due` would make something: a look that takes no lock."""
    return letters.is_due(tx, now) or planning.is_due(tx, site, now)
