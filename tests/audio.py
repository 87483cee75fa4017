"""Sound files made on the spot: silence, a few frames of each kind."""

import io
import struct
import wave


def mp3(frames: int = 10) -> bytes:
    """MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes a frame."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def tagged_mp3() -> bytes:
    return b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(10) + mp3()


def wav(seconds: float = 0.1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(int(16_000 * seconds)))
    return out.getvalue()


def ogg(head: bytes) -> bytes:
    return b"OggS" + bytes(24) + head + bytes(60)


def m4a(handler: bytes = b"soun") -> bytes:
    boxes = struct.pack(">I4s4sI", 16, b"ftyp", b"M4A ", 0)
    return boxes + struct.pack(">I4s8s4s", 20, b"hdlr", bytes(8), handler)


def aac() -> bytes:
    """Two ADTS frames of 9 bytes."""
    return (b"\xff\xf1\x50\x80\x01\x3f\xfc" + bytes(2)) * 2
