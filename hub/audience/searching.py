"""How people are found: by a part of what is known of them, in any case, or by a tag.

Both statements look among those with ids from above :floor up to :top, which the caller gives.
"""

_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_BETWEEN = "subscriber_id > :floor AND subscriber_id <= :top"


def of_themselves(text: str) -> tuple[str, dict[str, object]]:
    """SQL that is true of the people whose address or name has the text in it; its values."""
    # An address key is folded. Names are kept as typed: like() ignores the case of ASCII alone, on
    # both engines (the migration 0024 of PostgreSQL has it by the name and the arguments of
    # SQLite's, which is twice as quick as lower()); other letters are looked for in each of theirs.
    forms = {text, text.casefold(), text.upper(), text.title()}
    names = {
        f"name{n}": f"%{_literal(form)}%"
        for n, form in enumerate(sorted({form.translate(_ASCII_LOWER) for form in forms}))
    }
    in_name = " OR ".join(f"\"like\"(:{key}, name, '!')" for key in names)
    sql = f"(email_key LIKE :pattern ESCAPE '!' OR {in_name})"
    return sql, {"pattern": f"%{_literal(text.casefold())}%", **names}


def of_their_notes(text: str) -> tuple[str, dict[str, object]]:
    """SQL that is true of the people who have the tag, or the text in a note or an answer."""
    folded = text.casefold()
    sql = (
        "id IN (SELECT subscriber_id FROM subscriber_tags WHERE tag = :searched"
        f" AND {_BETWEEN} UNION SELECT subscriber_id FROM person_events"
        " WHERE kind IN ('note', 'replied', 'answered') AND folded LIKE :noted ESCAPE '!'"
        f" AND {_BETWEEN})"
    )
    return sql, {"noted": f"%{_literal(folded)}%", "searched": folded}


def _literal(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
