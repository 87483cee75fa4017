"""A small sum that a browser does before a sign-up: dear for a thousand of them, cheap for one.

ALTCHA's second form (PBKDF2, solved by scripts/sign-up.js of the theme). It is cost, not proof: who
wants to pay may. A solution counts once, and for ten minutes.
"""

import secrets
from datetime import datetime, timedelta

import altcha

from hub.audience.gates import store
from hub.db import Transaction
from hub.times import from_text, to_text
from hub.tokens import Signer

LIVES = timedelta(minutes=10)
# About a second for a desktop's browser, four for an old telephone's; 2 ms for whoever asks.
_ALGORITHM, _COST = "PBKDF2/SHA-256", 5_000
_LEAST_TRIES, _MORE_TRIES = 100, 300
_LONGEST = 4_000
_PURPOSE = "proof of work"


def challenge(signer: Signer, *, now: datetime) -> dict[str, object]:
    """A challenge as ALTCHA's JSON."""
    made = altcha.create_challenge(
        _ALGORITHM,
        _COST,
        counter=_LEAST_TRIES + secrets.randbelow(_MORE_TRIES),
        # Signed with the rest: the library's own expiry knows no other clock than the machine's.
        data={"until": to_text(now + LIVES)},
        hmac_secret=_key(signer),
        hmac_key_secret=_solution_key(signer),
    )
    return dict(made.to_dict())


def is_solved(tx: Transaction, signer: Signer, payload: str, *, now: datetime) -> bool:
    """Whether this is the solution of a challenge of ours, sent in time and for the first time."""
    if not payload or len(payload) > _LONGEST:
        return False
    result = altcha.verify_solution(payload, _key(signer), hmac_key_secret=_solution_key(signer))
    if not result.verified:
        return False
    parameters = altcha.Payload.from_base64(payload).challenge.parameters
    until = from_text(str((parameters.data or {}).get("until")))
    return now < until and store.spend(tx, str(parameters.nonce), expires_at=until)


def _key(signer: Signer) -> bytes:
    return signer.derive(_PURPOSE)


def _solution_key(signer: Signer) -> bytes:
    return signer.derive(f"{_PURPOSE}: solution")
