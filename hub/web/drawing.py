"""Work with pixels: beside the few threads that answer requests, one piece at a time."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request

T = TypeVar("T")


def limiter() -> anyio.CapacityLimiter:
    """What an application keeps as `state.drawing`; a large photograph fills 150 MB."""
    return anyio.CapacityLimiter(1)


async def beside(request: Request, draw: Callable[[], T]) -> T:
    """What `draw` gives, run in a thread of its own; who waits for it holds none of the others."""
    one: anyio.CapacityLimiter = request.app.state.drawing
    return await anyio.to_thread.run_sync(draw, limiter=one)
