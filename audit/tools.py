"""The programs of others: from npm into a scratch folder, from Debian where they are installed."""

import shutil
import subprocess
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)


class Missing(Exception):  # not an error of the hub: a tool of the audit is not there
    """What a part needs is not installed; the message says how it gets there."""


def npm(scratch: Path, package: str, version: str) -> Path:
    """The folder of an npm package, installed under `scratch` if need be. Raises Missing."""
    home = scratch / "npm" / f"{package}-{version}"
    folder = home / "node_modules" / package
    if folder.exists():
        return folder
    program = debian("npm", "npm")
    home.mkdir(parents=True, exist_ok=True)
    command = [program, "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]
    done = subprocess.run(
        [*command, str(home), f"{package}@{version}"], capture_output=True, text=True, check=False
    )
    if done.returncode or not folder.exists():
        shutil.rmtree(home)
        raise Missing(f"npm could not install {package} {version}: {done.stderr.strip()[-300:]}")
    return folder


def debian(program: str, package: str) -> str:
    """The path of a program that `apt-get install package` brings. Raises Missing."""
    found = shutil.which(program)
    if found is None:
        raise Missing(f"apt-get install {package}")
    return found


def chromium() -> Path:
    """Debian's Chromium. Raises Missing."""
    if not CHROMIUM.exists():
        raise Missing("apt-get install chromium fonts-dejavu-core")
    return CHROMIUM
