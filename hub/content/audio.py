"""Sound for articles: what a file is by its bytes. Nothing in it is changed."""

import hashlib
import re
from dataclasses import dataclass

from hub.errors import Refused, TooLarge
from hub.i18n import N_

LARGEST = 100_000_000
SUFFIXES = (".mp3", ".m4a", ".mp4", ".aac", ".ogg", ".oga", ".opus", ".flac", ".wav")
# Brands of MP4 files that hold sound alone, and those that mostly do when they are offered as such.
_MP4 = (b"M4A ", b"M4B ", b"mp42", b"mp41", b"isom", b"iso2", b"dash")
# The handler of a track of moving pictures (ISO 14496-12 §8.4.3).
_FILM = re.compile(rb"hdlr.{8}vide", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Audio:
    """A sound file that may be published. `sha256` and `size` (in bytes) are those of `data`."""

    data: bytes
    sha256: str
    size: int
    content_type: str
    suffix: str

    @property
    def path(self) -> str:
        """What follows /media/: the same bytes always have the same address."""
        return f"{self.sha256[:2]}/{self.sha256[2:34]}.{self.suffix}"

    @property
    def address(self) -> str:
        return f"/media/{self.path}"


def read(data: bytes) -> Audio:
    """The sound in these bytes.

    Raises TooLarge for too many, Refused for what is no MP3, AAC, Ogg, FLAC or WAV file.
    """
    if len(data) > LARGEST:
        raise TooLarge(
            N_("A sound file has at most %(most)s MB."), field="audio", most=LARGEST // 1_000_000
        )
    known = _kind(data)
    if known is None:
        raise Refused(
            N_("This is not a sound the hub can offer (MP3, M4A, Ogg, Opus, FLAC, WAV)."),
            field="audio",
        )
    content_type, suffix = known
    digest = hashlib.sha256(data).hexdigest()
    return Audio(data, digest, len(data), content_type, suffix)


def _kind(data: bytes) -> tuple[str, str] | None:
    """Type and suffix by the first bytes; None for anything else."""
    if data[:4] == b"fLaC":
        return "audio/flac", "flac"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "audio/wav", "wav"
    if data[:4] == b"OggS":
        if b"OpusHead" in data[:100]:
            return "audio/ogg", "opus"
        # Theora and others are films.
        return ("audio/ogg", "ogg") if _holds(data[:100], b"\x01vorbis", b"\x7fFLAC") else None
    if data[4:8] == b"ftyp" and data[8:12] in _MP4:
        return None if _FILM.search(data) else ("audio/mp4", "m4a")
    if data[:3] == b"ID3":
        return "audio/mpeg", "mp3"
    return _frame(data)


def _holds(data: bytes, *marks: bytes) -> bool:
    return any(mark in data for mark in marks)


def _frame(data: bytes) -> tuple[str, str] | None:
    """MP3 or AAC (ADTS) without a tag in front: a frame's sync word, and the next where it ends."""
    if len(data) < 8 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return None
    if data[1] & 0xF6 == 0xF0:
        length = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5
        following = data[length : length + 2]
        whole = length > 7 and (following == data[:2] or len(data) == length)
        return ("audio/aac", "aac") if whole else None
    length = _mp3_frame_length(data)
    following = data[length : length + 2]
    whole = length > 0 and (following == data[:2] or len(data) == length)
    return ("audio/mpeg", "mp3") if whole else None


_KBIT = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ = (44_100, 48_000, 32_000)


def _mp3_frame_length(data: bytes) -> int:
    """The bytes of the MPEG layer III frame that begins here; 0 when it is none."""
    version, layer = (data[1] >> 3) & 3, (data[1] >> 1) & 3
    rate, hertz, padding = data[2] >> 4, (data[2] >> 2) & 3, (data[2] >> 1) & 1
    if version == 1 or layer != 1 or rate in (0, 15) or hertz == 3:
        return 0
    first = version == 3
    kbit = _KBIT[1 if first else 2][rate]
    divided = _HERTZ[hertz] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if first else 72) * kbit * 1_000 // divided + padding
