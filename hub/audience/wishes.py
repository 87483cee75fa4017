"""What somebody who is known already asked for in a form, kept beside the request to confirm."""

import json
from dataclasses import asdict

from hub.audience.model import Wish


def written(wish: Wish, *, source: str) -> str:
    """As JSON; `source` is how they came back, empty for the open form."""
    return json.dumps({**asdict(wish), "source": source}, ensure_ascii=False)


def read(text: str) -> tuple[Wish, str]:
    """The wish and its source."""
    values = json.loads(text)
    source = values.pop("source")
    return Wish(**{**values, "topics": tuple(values["topics"])}), source
