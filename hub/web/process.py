"""What the system says of this process: Linux alone does, in /proc."""

import os
from pathlib import Path

# After the name of the program, which may hold anything, in brackets (proc_pid_stat(5)).
_STARTED = 19
_RESIDENT = 1


def started_at(proc: Path = Path("/proc")) -> float | None:
    """When this process began, in seconds since the epoch."""
    try:
        fields = (proc / "self/stat").read_text("latin-1").rpartition(")")[2].split()
        lines = (proc / "stat").read_text("latin-1").splitlines()
        booted = next(int(line.split()[1]) for line in lines if line.startswith("btime "))
        return booted + int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, StopIteration):
        return None


def resident_bytes(proc: Path = Path("/proc")) -> int | None:
    """The memory that it holds."""
    try:
        pages = (proc / "self/statm").read_text("latin-1").split()[_RESIDENT]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
