"""What the Markdown of an imported article points at: its pictures and its neighbours."""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from hub.content import audio

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")
# Of one article; each that may be a picture is looked for in up to five folders.
MOST_TARGETS = 5_000
_FENCED = re.compile(
    r"^(?P<indent>[ \t]*)(?P<mark>`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*(?P=mark)[`~]*[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_TARGETS = re.compile(
    r"""(?P<before>\]\(\s*<? | ^[ ]{0,3}\[[^\]\n]+\]:[ ]*<? | \b(?:src|href)=["'])
        (?P<target>[^\s<>"')]+)""",
    re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a folder of Markdown lies, and where its files lead to once they are articles."""

    root: Path
    addresses: Mapping[str, str]

    def rewritten(self, file: str, markdown: str, pictures: Mapping[str, str]) -> str:
        """The Markdown with links to other files, and `pictures` (target → address), made ours."""

        def new(target: str) -> str:
            return pictures.get(target) or self._article(file, target) or target

        return _replaced(markdown, new)

    def pictures(self, file: str, markdown: str, cover: str) -> dict[str, Path]:
        """Targets that are picture files of this folder, and where they lie."""
        looked_at: dict[str, Path | None] = {}

        def note(target: str) -> str:
            if target not in looked_at and len(looked_at) < MOST_TARGETS:
                looked_at[target] = self._picture(file, target)
            return target

        if cover:
            note(cover)
        _replaced(markdown, note)
        return {target: path for target, path in looked_at.items() if path is not None}

    def sound(self, file: str, target: str) -> Path | None:
        """Where the sound file that an article names lies in this folder, if it does."""
        return self._file(file, target, audio.SUFFIXES) if target else None

    def _article(self, file: str, target: str) -> str:
        """`@/notes/a.md#part` (Zola) or `../a.md` → the address of that article."""
        path, hash_mark, fragment = target.partition("#")
        if path.startswith("@/"):
            wanted = path[2:]
        elif path.endswith((".md", ".markdown")) and not urlsplit(path).scheme:
            folder = "" if path.startswith("/") else str(PurePosixPath(file).parent)
            wanted = posixpath.normpath(posixpath.join(folder, unquote(path).lstrip("/")))
        else:
            return ""
        address = self.addresses.get(wanted)
        return f"{address}{hash_mark}{fragment}" if address else ""

    def _picture(self, file: str, target: str) -> Path | None:
        return self._file(file, target, PICTURES)

    def _file(self, file: str, target: str, suffixes: tuple[str, ...]) -> Path | None:
        try:
            parts = urlsplit(target)
        except ValueError:
            return None
        if parts.scheme or parts.netloc or not parts.path.lower().endswith(suffixes):
            return None
        name = unquote(parts.path)
        if "\0" in name:
            return None
        if not name.startswith("/"):
            candidates = [(self.root, self.root / PurePosixPath(file).parent / name)]
        else:
            candidates = [(base, base / name.lstrip("/")) for base in self._bases()]
        return next((path for base, path in candidates if _lies_in(path, base)), None)

    def _bases(self) -> list[Path]:
        """What `/x.png` may mean: the folder, its static files, or those of the site around it."""
        bases = [self.root, self.root / "static", self.root / "public"]
        if self.root.name in ("content", "_posts", "posts", "source"):
            around = self.root.parent
            bases += [around / "static", around / "public", around / "assets"]
            if self.root.name == "_posts":
                bases.append(around)
        return bases


def _replaced(markdown: str, new: Callable[[str], str]) -> str:
    """Every target outside of fenced code through `new`."""

    def swap(match: re.Match[str]) -> str:
        return match.group("before") + new(match.group("target"))

    parts: list[str] = []
    end = 0
    for fence in _FENCED.finditer(markdown):
        parts += [_TARGETS.sub(swap, markdown[end : fence.start()]), fence.group()]
        end = fence.end()
    return "".join([*parts, _TARGETS.sub(swap, markdown[end:])])


def _lies_in(path: Path, base: Path) -> bool:
    """Whether the file is there and does not lead out of `base`, by `..` or by a link."""
    try:
        return path.is_file() and path.resolve().is_relative_to(base.resolve())
    except (OSError, RuntimeError):
        return False
