"""`hub worker` on a clock that is wrong: `… DATA FILE`, FILE holds by how many seconds."""

import asyncio
import dataclasses
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

from hub import app, logs
from hub.settings import from_environment
from hub.times import utcnow


async def work(data: Path, shift: Path) -> None:
    def now() -> datetime:
        return utcnow() + timedelta(seconds=float(shift.read_text()))

    hub = dataclasses.replace(app.create_hub(from_environment(data=data)), now=now)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    try:
        await app.work(hub, stopping)
    finally:
        hub.db.close()


if __name__ == "__main__":
    logs.configure()
    asyncio.run(work(Path(sys.argv[1]), Path(sys.argv[2])))
