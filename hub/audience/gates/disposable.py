"""Domains that lend a mailbox to anybody for ten minutes.

Only the long-lived ones, by the names that their own sites carry: lists of tens of thousands go
stale within weeks, and such a domain raises a score and blocks nobody. Owners add their own
(`disposable_domains`).
"""

DOMAINS = frozenset(
    """
    10minutemail.com 10minutemail.net 20minutemail.com 33mail.com anonbox.net burnermail.io
    byom.de discard.email discardmail.com dispostable.com dropmail.me emailondeck.com
    fakeinbox.com fakemail.net getairmail.com getnada.com grr.la guerrillamail.biz
    guerrillamail.com guerrillamail.de guerrillamail.info guerrillamail.net guerrillamail.org
    guerrillamailblock.com harakirimail.com inboxbear.com inboxkitten.com jetable.org
    mail-temp.com mail.tm mailcatch.com maildrop.cc mailexpire.com mailinator.com mailinator.net
    mailnesia.com mailnull.com mailpoof.com mailsac.com minutebox.com mintemail.com moakt.com
    mohmal.com mytemp.email mytrashmail.com nada.email nospam.ze.tc one-time.email owlymail.com
    pokemail.net sharklasers.com spam4.me spambog.com spambox.us spamfree24.org spamgourmet.com
    spamex.com temp-mail.io temp-mail.org tempail.com tempinbox.com tempmail.dev tempmail.net
    tempmail.plus tempmailo.com tempr.email throwawaymail.com tmail.ws tmpmail.net tmpmail.org
    trash-mail.com trash-mail.de trashmail.com trashmail.de trashmail.me trashmail.net
    wegwerfmail.de wegwerfmail.net wegwerfmail.org yopmail.com yopmail.fr yopmail.net
    """.split()
)


def is_disposable(domain: str, own: frozenset[str] = frozenset()) -> bool:
    """Whether a domain (A-label form), or one that it stands under, lends mailboxes."""
    labels = domain.split(".")
    names = {".".join(labels[at:]) for at in range(len(labels) - 1)}
    return not names.isdisjoint(DOMAINS) or not names.isdisjoint(own)
