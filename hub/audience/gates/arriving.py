"""What a request shows beside its wish: hidden fields, headers, the client's address."""

from collections.abc import Mapping
from datetime import datetime

from hub.audience.gates import proof, rules
from hub.audience.gates.model import Proof, Visit
from hub.db import Transaction
from hub.site.model import Site
from hub.tokens import Signer

# Nobody sees the first; programs that fill in whatever there is do. The second holds when the
# form was shown, the third what the browser worked out (themes/default/partials/gates.html).
TRAP, SHOWN, PROOF = FIELDS = ("homepage", "shown", "proof")
_STAMP = "form shown"
_STAMP_LIVES = 86_400


def visit(
    tx: Transaction,
    fields: Mapping[str, str],
    headers: Mapping[str, str],
    *,
    address: str,
    site: Site,
    signer: Signer,
    now: datetime,
) -> Visit:
    """How a request came. `fields` are those of FIELDS that were sent, `headers` have lower-cased
    names, `address` is the client's IP address or empty. A proof that was good is spent now."""
    return Visit(
        address=address,
        trapped=bool(fields.get(TRAP)),
        seconds=_seconds(fields.get(SHOWN, ""), signer, now),
        # Browsers say how a request was made, and a form that is sent is a navigation.
        scripted=headers.get("sec-fetch-mode", "navigate") != "navigate",
        proof=_proof(tx, fields.get(PROOF, ""), site, signer, now),
        policy=rules.policy(site),
    )


def stamp(signer: Signer, now: datetime) -> str:
    """What a form carries to say when it was shown."""
    return signer.sign(_STAMP, int(now.timestamp()))


def _seconds(token: str, signer: Signer, now: datetime) -> float | None:
    shown = signer.verify(_STAMP, token)
    passed = None if shown is None else now.timestamp() - shown
    return passed if passed is not None and 0 <= passed < _STAMP_LIVES else None


def _proof(tx: Transaction, payload: str, site: Site, signer: Signer, now: datetime) -> Proof:
    if site.proof_of_work != "on":
        return "unasked"
    return "done" if proof.is_solved(tx, signer, payload, now=now) else "missing"
