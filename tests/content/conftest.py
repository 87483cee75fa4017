"""What the tests of content share: a site, a visitor, a rendering, pictures made on the spot."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from hub.app import create_app
from hub.content.rendering import Rendered
from hub.site.model import Site
from hub.web.state import Hub


@pytest.fixture
def site(hub: Hub) -> Site:
    return hub.site()


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient]:
    """A visitor of the site."""
    with TestClient(create_app(hub), follow_redirects=False) as visitor:
        yield visitor


@pytest.fixture
def plain() -> Rendered:
    """A rendering that needed no process."""
    return Rendered("<p>Body</p>", "Body", "Body", 1, (), (), ())


@pytest.fixture
def png() -> bytes:
    """A picture of 40 × 30 pixels."""
    return picture("PNG")


def picture(kind: str, size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    """A picture file in a format of Pillow."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind, **options)
    return out.getvalue()
