"""`make demo`: a hub with sample articles, twenty readers and one digest in the outbox.

Everything goes through the commands that an owner uses, so what is seen is what they do.
"""

import csv
import secrets
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

ARTICLES = Path(__file__).parent / "articles"
OWNER = "owner@atelier.test"
READERS = (
    ("Amélie Durand", "fr"),
    ("Basile Morvan", "fr"),
    ("Clara Whitfield", "en"),
    ("Denis Le Goff", "fr"),
    ("Edith Marlowe", "en"),
    ("Fabien Kerbrat", "fr"),
    ("Grace Oyelaran", "en"),
    ("Hugo Tanguy", "fr"),
    ("Inès Caradec", "fr"),
    ("Jonas Brandt", "en"),
    ("Katell Prigent", "fr"),
    ("Leo Ferrante", "en"),
    ("Maëlle Quéré", "fr"),
    ("Nils Aagaard", "en"),
    ("Oona Reilly", "en"),
    ("Paul Jaouen", "fr"),
    ("Quitterie Roux", "fr"),
    ("Rosa Lindqvist", "en"),
    ("Simon Abgrall", "fr"),
    ("Tess Hargreave", "en"),
)

INTRO = """\
The gale is over, the slip is swept, and Basile has found the good chisel again. Seven pieces for a
quiet Saturday; the first one is for whoever still asks us **when** to come.

*Anouk*
"""


def fill(data: Path, *, port: int) -> str:
    """Make the hub in `data`; the owner's password."""
    password = secrets.token_urlsafe(12)
    _hub(
        data,
        "setup",
        "--title=Atelier Marée",
        f"--base-url=http://127.0.0.1:{port}",
        f"--email={OWNER}",
        "--language=en",
        "--timezone=Europe/Paris",
        "--password-stdin",
        given=password + "\n",
    )
    for name, value in (
        ("description", "A boatyard in Douarnenez on wood, weather and work done by hand."),
        ("newsletter_name", "The Saturday Tide"),
        ("sender_name", "Anouk at Atelier Marée"),
        ("postal_address", "Atelier Marée, 4 quai du Port Rhu, 29100 Douarnenez"),
    ):
        _hub(data, "settings", "set", name, value)
    _hub(data, "import", str(ARTICLES), "--announce")
    readers = data / "readers.csv"
    with readers.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["email", "name", "language"])
        for name, language in READERS:
            first = unicodedata.normalize("NFKD", name.split()[0].lower())
            address = f"{first.encode('ascii', 'ignore').decode()}@readers.test"
            rows.writerow([address, name, language])
    _hub(data, "import", str(readers), "--consent=Signed the visitors' book at the yard")
    readers.unlink()
    _hub(data, "newsletter", "intro", "-", given=INTRO)
    _hub(data, "newsletter", "send", "--now")
    _hub(data, "worker", "--once")
    return password


def choose_theme(data: Path, name: str) -> None:
    """Show the site in another theme; a server that runs does so within a second."""
    _hub(data, "settings", "set", "theme", name)
    time.sleep(1.5)


def main() -> None:
    """Fill ./demo-data once, then serve it."""
    data, port = Path("demo-data"), 8000
    note = data / "log-in.txt"
    if not note.exists():
        password = fill(data, port=port)
        note.write_text(f"{OWNER}  {password}\n", encoding="utf-8")
        note.chmod(0o600)
    print(f"Desk: http://127.0.0.1:{port}/admin   log in as  {note.read_text().strip()}")
    print(f"Mail as it was sent: http://127.0.0.1:{port}/admin/outbox", flush=True)
    sys.exit(subprocess.call(_command(data, "serve", f"--port={port}")))


def _hub(data: Path, *arguments: str, given: str | None = None) -> None:
    subprocess.run(
        _command(data, *arguments), check=True, input=given, text=True, stdout=subprocess.DEVNULL
    )


def _command(data: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "hub", "--data", str(data), *arguments]


if __name__ == "__main__":
    main()
