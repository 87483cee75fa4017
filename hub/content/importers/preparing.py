"""An article from a file, made ready to be written: pictures taken along, rendered."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from hub.content import audio, media, pictures, search
from hub.content.audio import Audio
from hub.content.importers.article import Article
from hub.content.importers.references import Source
from hub.content.model import Draft, Newsletter
from hub.content.pictures import Picture
from hub.content.rendering import Rendered
from hub.errors import Refused

_MOST_NAMED = 5


class Render(Protocol):
    def __call__(self, markdown: str, *, language: str) -> Rendered: ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is written in the transaction. `problems` are reasons that do not stop the article."""

    draft: Draft
    rendered: Rendered
    pictures: tuple[Picture | Audio, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workshop:
    """What preparing needs: where files lie, where pictures go (None: nowhere), how to render."""

    source: Source
    media: Path | None
    render: Render
    language: str

    def fingerprint(self, article: Article, data: bytes) -> str:
        """Changes with the file and with every picture of the folder that it shows."""
        digest = hashlib.sha256(data)
        found = self.source.pictures(article.file, article.markdown, article.cover)
        for target, path in sorted(found.items()):
            digest.update(target.encode())
            digest.update(hashlib.sha256(_bytes(path)).digest())
        if sound := self.source.sound(article.file, article.audio):
            digest.update(hashlib.sha256(_bytes(sound, audio.LARGEST)).digest())
        return digest.hexdigest()

    def prepare(self, article: Article, slug: str, *, newsletter: Newsletter) -> Prepared:
        """Take the pictures along and render. Raises Refused for what cannot be rendered."""
        taken, refused = self._take_pictures(article)
        addresses = {target: picture.address for target, picture in taken.items()}
        markdown = self.source.rewritten(article.file, article.markdown, addresses)
        language = article.language or self.language
        excerpt, description = article.summed_up()
        rendered = self.render(markdown, language=language)
        search.learn(rendered.plain_text, language)
        cover = addresses.get(article.cover, "")
        if article.cover.startswith("/media/"):
            cover = article.cover
        sound, silent = self._take_sound(article)
        missing = dict.fromkeys(rendered.missing_images)
        if article.cover and not cover:
            missing[article.cover] = None
        return Prepared(
            draft=Draft(
                title=article.title,
                markdown=markdown,
                kind=article.kind,
                slug=slug,
                excerpt=excerpt,
                description=description,
                language=language,
                canonical_url=article.canonical_url,
                cover=cover,
                cover_alt=article.cover_alt,
                audio=sound.address if sound else "",
                newsletter=newsletter,
                authors=article.authors,
                topics=article.topics,
                published_at=article.date,
                updated_at=article.updated,
                translation_of=article.translation_of,
            ),
            rendered=rendered,
            # The bytes are on the disk; a batch must not hold them all in memory.
            pictures=(
                *(replace(picture, data=b"") for picture in taken.values()),
                *([replace(sound, data=b"")] if sound else []),
            ),
            problems=(*_missing(missing, refused), *_remote(rendered.remote_images), *silent),
        )

    def _take_sound(self, article: Article) -> tuple[Audio | None, list[str]]:
        """The sound that goes with an article, or why there is none."""
        if not article.audio:
            return None, []
        path = self.source.sound(article.file, article.audio)
        if path is None:
            there = ":" in article.audio.partition("/")[0]
            reason = (
                "sound on other sites is not taken." if there else "the sound file is not there."
            )
            return None, [f"Sound {article.audio}: {reason}"]
        try:
            sound = audio.read(_bytes(path, audio.LARGEST))
        except Refused as error:
            return None, [f"Sound {article.audio}: {error}"]
        if self.media is not None:
            media.write(self.media, sound)
        return sound, []

    def _take_pictures(self, article: Article) -> tuple[dict[str, Picture], dict[str, str]]:
        """Pictures by the address they are written with, and why others cannot be shown."""
        taken: dict[str, Picture] = {}
        refused: dict[str, str] = {}
        found = self.source.pictures(article.file, article.markdown, article.cover)
        for target, path in found.items():
            try:
                picture = pictures.read(_bytes(path))
            except Refused as error:
                refused[target] = str(error)
                continue
            if self.media is not None:
                media.write(self.media, picture)
            taken[target] = picture
        return taken, refused


def _bytes(path: Path, largest: int = pictures.LARGEST) -> bytes:
    """A file's bytes, but never more than a little over what is taken."""
    with path.open("rb") as file:
        return file.read(largest + 1)


def _missing(targets: Iterable[str], refused: Mapping[str, str]) -> list[str]:
    def reason(target: str) -> str:
        if target in refused:
            return refused[target]
        if target.lower().partition("?")[0].endswith(".svg"):
            return "SVG pictures are not taken; use PNG or WebP."
        return "The file is not there."

    return [f"Picture {target}: {reason(target)}" for target in targets]


def _remote(addresses: tuple[str, ...]) -> list[str]:
    if not addresses:
        return []
    named = ", ".join(addresses[:_MOST_NAMED])
    more = f" and {len(addresses) - _MOST_NAMED} more" if len(addresses) > _MOST_NAMED else ""
    return [f"Pictures on other sites became links: {named}{more}"]
