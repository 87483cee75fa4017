"""The translation of `:name` parameters."""

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.db.postgres_sql import translate
from tests.postgres_server import Server


@pytest.mark.parametrize(
    ("sql", "translated"),
    [
        ("a = :a", "a = %(a)s"),
        ("(:a,:b_2)", "(%(a)s,%(b_2)s)"),
        ("x::text = :x::text", "x::text = %(x)s::text"),
        ("':a' || :a", "':a' || %(a)s"),
        ("'it''s :a'", "'it''s :a'"),
        ('":a" = :a', '":a" = %(a)s'),
        ("a -- :a\n= :a", "a -- :a\n= %(a)s"),
        ("a /* :a\n'*/ = :a", "a /* :a\n'*/ = %(a)s"),
        ("a % 2 || '%s'", "a %% 2 || '%%s'"),
        ("'10:30'", "'10:30'"),
    ],
)
def test_translate(sql: str, translated: str) -> None:
    assert translate(sql) == translated


_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
_NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
_PIECES = st.one_of(
    _TEXT.map(lambda t: ("'" + t.replace("'", "''") + "'", None)),
    _TEXT.map(lambda t: ('"' + t.replace('"', '""') + '"', None)),
    _TEXT.map(lambda t: ("--" + t.replace("\n", " ") + "\n", None)),
    _TEXT.map(lambda t: ("/*" + t.replace("*/", "") + " */", None)),
    st.sampled_from(["::", "%", "SELECT", "(", ",", "=", "$1"]).map(lambda t: (t, None)),
    _NAMES.map(lambda name: (":" + name, name)),
)


@given(st.lists(_PIECES, max_size=12))
def test_only_parameters_and_percent_signs_change(pieces: list[tuple[str, str | None]]) -> None:
    sql = " ".join(text for text, _ in pieces)
    expected = " ".join(
        text.replace("%", "%%") if name is None else f"%({name})s" for text, name in pieces
    )
    assert translate(sql) == expected


def test_the_server_reads_what_was_meant(postgres: Server) -> None:
    """Strings of every kind, beside a parameter, mean to the server what they say."""
    with psycopg.connect(postgres.url()) as connection:

        @given(_TEXT, _TEXT)
        def check(written: str, given_value: str) -> None:
            sql = "SELECT '" + written.replace("'", "''") + "' /* :x % */, :x::text -- :y"
            row = connection.execute(translate(sql).encode(), {"x": given_value}).fetchone()
            assert row == (written, given_value)

        check()
