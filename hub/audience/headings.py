"""What the headings of lists mean, in the languages that they come in.

Headings are matched whole, whatever their case, accents and kind of apostrophe.
"""

import unicodedata

_NAMES = {
    "email": "email, e-mail, emails, email address, e-mail address, mail, address, subscriber,"
    " adresse, adresse e-mail, adresse email, adresse mail, adresse électronique, courriel,"
    " adresse courriel, adresse de courriel, adresse de messagerie, mél, e-mail-adresse,"
    " emailadresse, mailadresse, correo electrónico, correo, dirección de correo electrónico,"
    " indirizzo email, indirizzo e-mail, e-mailadres, e-mailadresse, e-postadress, e-post,"
    " endereço de e-mail, endereço de email, adres e-mail, sähköposti, メールアドレス, адрес почты",
    "name": "name, full name, full_name, nom, nom complet, nom et prénom, prénom et nom,"
    " display name, display_name",
    "first_name": "first name, first_name, firstname, prénom, vorname, given name",
    "last_name": "last name, last_name, lastname, surname, nom de famille, nachname, family name",
    "status": "status, state, global status, list status, subscription status,"
    " subscription_status, email status, subscriber_type, statut, état, statut global,"
    " statut de la liste, statut d'abonnement, statut de l'abonné, statut d'inscription",
    "cadence": "cadence, frequency, fréquence",
    "topics": "topics",
    "tags": "tags, labels, tag, list, lists, segments, segment, étiquettes, étiquette, liste,"
    " listes, interests, centres d'intérêt, centre d'intérêt, intérêts, thèmes, mots-clés",
    "notes": "notes, note, remarque, remarques, commentaire, commentaires, bemerkung, notizen",
    "language": "language, lang, locale, langue, sprache, preferred language, idioma",
    "created_at": "created_at, created, created at, creation_date, subscription_date,"
    " subscribed_at, subscribed at, subscribed on, subscription time, optin_time, date added,"
    " date_added, signup date, signup_date, sign-up date, signed up at, joined, joined at,"
    " inscription, start date, date d'inscription, date d'abonnement, heure d'inscription,"
    " heure d'abonnement, inscrit le, inscrite le, abonné le, date de création, créé le,"
    " date d'ajout, ajouté le, opt-in date",
    "confirmed_at": "confirmed_at, confirmed at, confirm_time, confirmation time, confirmation"
    " date, date de confirmation, heure de confirmation, confirmé le",
    "unsubscribed_at": "unsubscribed_at, unsubscribed at, unsubscribed on, unsub_time,"
    " unsubscription_date, unsubscribe date, unsubscribe_date, unsubscribed date, deleted_at,"
    " opt-out date, optout_time, date de désinscription, date de désabonnement, désinscrit le,"
    " désabonné le, abgemeldet am",
    "bounced_at": "clean_time, bounced_at",
    "subscribed": "subscribed_to_emails, subscribed, is_subscribed, abonné, abonnée, abonné(e),"
    " inscrit, inscrite, inscrit(e), abonnement, actif, active, newsletter, infolettre,"
    " lettre d'information, opt-in, opt in, optin, opted in, opted_in, accepts marketing,"
    " accepts_marketing, accepts email marketing",
    "not_subscribed": "email_disabled, unsubscribed, unsubscribe, opted_out, opted out, opt-out,"
    " opt out, optout, désabonné, désabonnée, désabonné(e), désinscrit, désinscrite,"
    " désinscrit(e), désinscription, désabonnement, do not email, do_not_email,"
    " ne pas contacter, abgemeldet",
    "left_because": "unsub_reason",
    "form": "referrer_url, form_url, signup_source, optin_url",
    "attributes": "attributes, metadata",
}
# What a column of a list may be used for.
USES = tuple(_NAMES)
# So begins the heading of a column that says who left.
_DEPARTURES = ("unsub", "desab", "desins", "opt out", "opt-out", "optout", "opted out", "opted-out")
_MORE_DEPARTURES = ("un", "des", "out", "opt", "left", "abgemeldet", "parti", "sorti", "resil")
_FRENCH = (
    "adresse e-mail, adresse email, adresse mail, adresse, adresse électronique, courriel,"
    " prénom, nom, nom de famille, statut, état, langue, abonné, inscrit, désabonné, désinscrit,"
    " inscription, désinscription, date d'inscription, date de désinscription, inscrit le"
)


def folded(heading: str) -> str:
    """A heading as it is compared: small letters without accents, single spaces."""
    plain = unicodedata.normalize("NFKD", heading.replace("’", "'")).casefold()
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split()).rstrip(" :*")


def _split(names: str) -> frozenset[str]:
    return frozenset(folded(name) for name in names.split(","))


_MEANING = {name: use for use, names in _NAMES.items() for name in _split(names)}
_FRENCH_ONES = _split(_FRENCH)


def meaning(heading: str) -> str | None:
    """The use of a column with this heading, one of USES; None where no rule knows it."""
    return _MEANING.get(folded(heading))


def is_french(heading: str) -> bool:
    """Whether somebody wrote it in French."""
    return folded(heading) in _FRENCH_ONES


def speaks_of_leaving(heading: str) -> bool:
    """Whether a heading that no rule knows is one of people who left."""
    return folded(heading).startswith(_DEPARTURES)


def may_speak_of_leaving(heading: str) -> bool:
    """As `speaks_of_leaving`, where the cells would have to be dates."""
    return folded(heading).startswith(_MORE_DEPARTURES)
