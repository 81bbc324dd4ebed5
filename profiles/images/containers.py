"""What stands around the pixels: rebuilt from the parts that a picture needs."""

import io
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageFile

from profiles.images import avif_child
from profiles.images.avif_child import AVIF_TOO_LARGE
from profiles.images.refusals import (
    MAX_PIXELS,
    ImageRefused,
    check_pixels,
    damaged,
    too_many_pixels,
)

# Past any of these an animation becomes its first frame: a still picture serves its
# owner better than a refusal that only an animation editor could cure.
MAX_FRAMES: Final = 120

# Cameras write about ten. Each costs 64 bytes and walks every pixel again, so that
# 10 MB of them would keep a core busy for an hour.
MAX_JPEG_SCANS: Final = 64
# Chunks of a PNG, segments of a JPEG; a large photograph has about a thousand.
MAX_PARTS: Final = 10_000
AVIF_SECONDS: Final = 10

SIGNATURES: Final = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "GIF": re.compile(rb"GIF8[79]a"),
    "WEBP": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "AVIF": re.compile(rb".{4}ftyp(?:avi[fs]|mif1|msf1)", re.DOTALL),
}
MEDIA_TYPES: Final = {
    "PNG": ("image/png", "image/apng"),
    "JPEG": ("image/jpeg", "image/jpg"),
    "GIF": ("image/gif",),
    "WEBP": ("image/webp",),
    "AVIF": ("image/avif",),
}

PNG_ONCE: Final = frozenset((b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"acTL", b"IEND"))
PNG_OFTEN: Final = frozenset((b"IDAT", b"fcTL", b"fdAT"))
# FF 00 is an escaped FF, FF D0 to FF D7 are restarts: both belong to the pixels.
JPEG_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
JPEG_SCAN, JPEG_END, JPEG_EXIF = 0xDA, 0xD9, 0xE1
JPEG_KEPT: Final = frozenset((*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDD))
# The application segments that tell how to read the pixels.
JPEG_KEPT_APPS: Final = (b"JFIF\0", b"Adobe", b"ICC_PROFILE\0")
GIF_EXTENSION, GIF_IMAGE, GIF_END = 0x21, 0x2C, 0x3B
GIF_CONTROL: Final = b"\x21\xf9\x04"
GIF_LOOP: Final = b"\x21\xff\x0bNETSCAPE2.0\x03\x01"

EXIF_ORIENTATION: Final = 0x0112


@dataclass(frozen=True, slots=True)
class Source:
    """An opened picture within the limits on size; no pixel of it is decoded yet."""

    image: ImageFile.ImageFile
    orientation: int


def find_format(data: bytes) -> str:
    """By content: names and declared types are only what somebody says."""
    for name, signature in SIGNATURES.items():
        if signature.match(data):
            return name
    raise ImageRefused(
        "image_type_unsupported",
        "The file is not a supported image; send a PNG, JPEG, GIF, WebP or AVIF.",
    )


# Opening: containers are rebuilt, for Pillow keeps every comment as Python objects (a
# 10 MB GIF of comments takes 450 MB), takes a file without its end, and parses
# metadata that we drop anyway. What trails behind the picture is gone as well.


def open_source(form: str, data: bytes) -> Source:
    exif = b""
    if form == "AVIF":
        form, data = "PNG", avif_as_png(data)
    match form:
        case "PNG":
            data, exif = png_essentials(data)
        case "JPEG":
            data, exif = jpeg_essentials(data)
        case "GIF":
            data = gif_essentials(data)
    image = Image.open(io.BytesIO(data), formats=[form])
    check_pixels(image, MAX_PIXELS[form])
    return Source(image, read_orientation(exif or image.info.get("exif", b"")))


def png_essentials(data: bytes) -> tuple[bytes, bytes]:
    """The PNG and the EXIF that was in it."""
    kept, exif, at = [data[:8]], b"", 8
    once = set(PNG_ONCE)
    for _ in range(MAX_PARTS):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunk = data[at : at + 12 + length]
        at += 12 + length
        if kind == b"eXIf":
            exif = chunk[8:-4]
        if kind in PNG_ONCE:
            once.remove(kind)  # a second one raises, and is refused
        elif kind not in PNG_OFTEN:
            continue
        check_checksum(chunk)
        kept.append(chunk)
        if kind == b"IEND":
            return b"".join(kept), exif
    raise damaged()


def check_checksum(chunk: bytes) -> None:
    if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
        raise damaged()


def jpeg_essentials(data: bytes) -> tuple[bytes, bytes]:
    """The JPEG and the EXIF that was in it."""
    kept, exif = [b"\xff\xd8"], b""
    at, scans = 2, 0
    for _ in range(MAX_PARTS):
        marker = JPEG_MARKER.search(data, at)
        if marker is None or scans > MAX_JPEG_SCANS:
            break
        if scans:
            kept.append(data[at : marker.start()])
        kind = data[marker.start() + 1]
        if kind == JPEG_END:
            return b"".join((*kept, b"\xff\xd9")), exif
        (length,) = struct.unpack_from(">H", data, marker.end())
        at = marker.end() + length
        segment = data[marker.start() : at]
        scans += kind == JPEG_SCAN
        if is_jpeg_essential(kind, segment):
            kept.append(segment)
        elif kind == JPEG_EXIF and segment.startswith(b"Exif\0\0", 4):
            exif = exif or segment[10:]
    raise damaged()


def is_jpeg_essential(kind: int, segment: bytes) -> bool:
    return kind in JPEG_KEPT or (
        0xE0 <= kind <= 0xEF and segment.startswith(JPEG_KEPT_APPS, 4)
    )


def gif_essentials(data: bytes) -> bytes:
    """The GIF up to one frame more than we take, on a canvas that holds them all.

    Pillow would enlarge the canvas while it decodes, after its size was judged.
    """
    head = data[: 13 + gif_palette_bytes(data[10])]
    width, height = struct.unpack_from("<HH", data, 6)
    control = loop = b""
    kept: list[bytes] = []
    for block in gif_blocks(data, len(head)):
        if block[0] == GIF_IMAGE:
            left, top, frame_width, frame_height = struct.unpack_from("<4H", block, 1)
            width = max(width, left + frame_width)
            height = max(height, top + frame_height)
            kept.append(control + block)
            control = b""
        elif block.startswith(GIF_CONTROL):
            control = block
        elif block.startswith(GIF_LOOP):
            loop = block
        if len(kept) > MAX_FRAMES:
            break
    canvas = struct.pack("<HH", width, height)
    return b"".join((head[:6], canvas, head[10:], loop, *kept, bytes([GIF_END])))


def gif_blocks(data: bytes, at: int) -> Iterator[bytes]:
    """Extensions and images, each whole; stray bytes between them are passed over."""
    while data[at] != GIF_END:
        start = at
        if data[at] == GIF_IMAGE:
            at += 11 + gif_palette_bytes(data[at + 9])
        elif data[at] == GIF_EXTENSION:
            at += 2
        else:
            at += 1
            continue
        while data[at]:
            at += 1 + data[at]
        at += 1
        yield data[start:at]


def gif_palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 128 else 0


def avif_as_png(data: bytes) -> bytes:
    """Decoded by a child with little memory; of an animation the first frame.

    libavif takes memory by what the AV1 stream says, which may differ from the header:
    4 kB that claimed 100 × 100 took a gigabyte. Nothing else bounds it.
    """
    child = subprocess.run(  # noqa: S603  (our own file, nothing of the sender's)
        [sys.executable, "-P", avif_child.__file__],
        input=data,
        capture_output=True,
        timeout=AVIF_SECONDS,
        check=False,
    )
    if child.returncode == AVIF_TOO_LARGE:
        raise too_many_pixels()
    if child.returncode:
        raise damaged()
    return child.stdout


def read_orientation(exif: bytes) -> int:
    """From the first directory of the EXIF; what cannot be read is upright.

    Not by Pillow, which reads every tag and warns of each one that is off.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = ">" if tiff.startswith(b"MM") else "<"
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, value = struct.unpack_from(order + "H6xH", tiff, entry)
            if tag == EXIF_ORIENTATION:
                return int(value)
    except struct.error:
        return 1
    return 1
