"""Templates are compiled once in a process, whatever themes and languages share them."""

from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

# More than a hub has templates; a theme that its owner works on leaves old ones behind.
_MOST = 2_000


class Compiled(BytecodeCache):
    """Code by name, file and checksum of the source, in memory.

    The environments that share one must agree in all that is compiled in: extensions,
    autoescaping, undefined values, how blocks are trimmed.
    """

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if len(self._codes) >= _MOST:
            self._codes.clear()
        assert bucket.code is not None  # Jinja2 hands over what it has compiled
        self._codes[bucket.key, bucket.checksum] = bucket.code
