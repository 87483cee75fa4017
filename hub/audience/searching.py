"""How people are found: by a part of what is known of them, in any case, or by a tag."""

_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def condition(text: str) -> tuple[str, dict[str, object]]:
    """SQL that is true of the people whom a search finds among those with ids from above :floor
    up to :top, which the caller gives; and its values."""
    # Both sides are folded, so that LIKE means the same on every engine. Names are kept as typed,
    # and lower() knows ASCII alone on both: other letters are looked for in each of their cases.
    forms = {text, text.casefold(), text.upper(), text.title()}
    names = {
        f"name{n}": f"%{_literal(form)}%"
        for n, form in enumerate(sorted({form.translate(_ASCII_LOWER) for form in forms}))
    }
    in_name = " OR ".join(f"lower(name) LIKE :{key} ESCAPE '!'" for key in names)
    folded = text.casefold()
    sql = (
        f"(email_key LIKE :pattern ESCAPE '!' OR {in_name}"
        " OR id IN (SELECT subscriber_id FROM subscriber_tags WHERE tag = :searched"
        " AND subscriber_id > :floor AND subscriber_id <= :top)"
        " OR id IN (SELECT subscriber_id FROM person_events"
        " WHERE kind IN ('note', 'replied', 'answered') AND folded LIKE :pattern ESCAPE '!'"
        " AND subscriber_id > :floor AND subscriber_id <= :top))"
    )
    return sql, {"pattern": f"%{_literal(folded)}%", "searched": folded, **names}


def _literal(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
