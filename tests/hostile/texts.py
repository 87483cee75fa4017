"""Texts that no author writes, by what they are."""

_DISTINCT = " ".join(f"{number:x}word" for number in range(90_000))

# What is refused at once or in the end, with a word of the reason.
REFUSED = {
    "five megabytes": ("word and more of it. " * 240_000, "too l|more than"),
    "open brackets": ("[" * 20_000, "longer than"),
    "lists, one in another": ("- " * 1_000 + "a", "nested"),
    "quotations, one in another": (">" * 1_000 + " a", "nested"),
}
# What becomes an article, with nothing of it that runs.
TAKEN = {
    "divs, one in another": "<div>" * 1_000 + "a" + "</div>" * 1_000,
    "emphasis, one in another": "*" * 1_000 + "a" + "*" * 1_000,
    "scripts": "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1))\n\n"
    * 500,
    "a script without an end": "<script>" * 20_000,
    "ninety thousand different words": _DISTINCT,
    "one word": "a" * 500_000,
    "turned letters": "\u202e" * 100_000,
}
