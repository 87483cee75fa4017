"""The process that renders Markdown: jobs come on stdin, answers go to stdout.

Run as `python -m hub.content.render_child MEMORY SECONDS`. A message is its length in
four bytes and a JSON document. It ends when its input does.
"""

import json
import os
import resource
import signal
import struct
import sys
from dataclasses import asdict
from typing import BinaryIO

from hub.content.conversion import Converter

_LENGTH = struct.Struct(">I")


def main() -> None:
    """Answer jobs until the input ends."""
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    # Ctrl-C at the terminal is the parent's to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    converter = Converter()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    _send(answers, {"ready": 1})
    # What a library says while it dies is no news: the parent reports it in its own words.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    while (job := _receive(requests)) is not None:
        _limit_processor(seconds)
        _send(answers, _answer(converter, job))


def _answer(converter: Converter, job: bytes) -> dict[str, object]:
    try:
        given = json.loads(job)
        return asdict(converter.convert(given["markdown"], given["labels"], given["language"]))
    except RecursionError:
        return {"refused": "nested"}
    except MemoryError:
        return {"refused": "memory"}


def _limit_processor(seconds: float) -> None:
    """The kernel ends a job (SIGXCPU) that takes longer, also when the parent left it alone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    # It counts whole seconds.
    limit = int(used.ru_utime + used.ru_stime + seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _receive(pipe: BinaryIO) -> bytes | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    return pipe.read(length)


def _send(pipe: BinaryIO, answer: dict[str, object]) -> None:
    data = json.dumps(answer).encode()
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


if __name__ == "__main__":
    main()
