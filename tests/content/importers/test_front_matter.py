"""Front matter in three languages, and what cannot be read."""

import pytest

from hub.content.importers import front_matter
from hub.errors import Refused


@pytest.mark.parametrize(
    "text",
    [
        "---\nTitle: Tide\ntags: [a, b]\n---\nBody\n",
        '+++\ntitle = "Tide"\ntags = ["a", "b"]\n+++\nBody\n',
        '{\n"title": "Tide",\n"tags": ["a", "b"]\n}\nBody\n',
    ],
)
def test_yaml_toml_and_json_say_the_same(text: str) -> None:
    meta, body = front_matter.split(text)
    assert meta == {"title": "Tide", "tags": ["a", "b"]}
    assert body.strip() == "Body"


@pytest.mark.parametrize("text", ["Just words.\n", "---\n\nA rule above.\n", "", "+++"])
def test_a_text_may_have_none(text: str) -> None:
    assert front_matter.split(text) == ({}, text)


def test_a_rule_in_the_body_does_not_end_it() -> None:
    _, body = front_matter.split("---\ntitle: T\n---\na\n\n---\n\nb\n")
    assert body == "\na\n\n---\n\nb\n"


@pytest.mark.parametrize(
    "head",
    [
        "---\ntitle: [unclosed\n---\n",
        "---\n- just\n- a list\n---\n",
        "---\ndate: 2020-13-45\n---\n",
        "---\n!!python/object/apply:os.system ['true']\n---\n",
        "---\n" + "[" * 5_000 + "\n---\n",
        '+++\ntitle = "unclosed\n+++\n',
        "+++\na = " + "[" * 5_000 + "\n+++\n",
        '{\n"title": \n}\n',
        "---\n" + "# padding\n" * 10_000 + "---\n",
    ],
)
def test_what_cannot_be_read_is_refused_in_words(head: str) -> None:
    with pytest.raises(Refused, match="front matter"):
        front_matter.split(head + "Body\n")
