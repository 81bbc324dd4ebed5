"""Turns an uploaded picture into one WebP of our own making, or says why not.

Every byte here comes from a stranger. A picture is told by its first bytes, its
container is rebuilt from the parts a picture needs, its size is judged by the header,
and only then is it decoded, into a WebP that carries no metadata.
"""

import base64
import contextlib
import hashlib
import io
import math
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PIL import AvifImagePlugin, Image, ImageCms, ImageFile

MAX_BYTES: Final = 10 * 1024 * 1024
# Base64 takes four characters for three bytes; the rest leaves room for line breaks.
MAX_ENCODED: Final = MAX_BYTES * 3 // 2
MAX_DATA_URL_HEAD: Final = 500

# Chosen so that no picture costs more than about 350 MB. Measured, a pixel takes up to
# 4 bytes as PNG, 6 to 8 as JPEG (a progressive one, before it is scaled down) and 16
# as WebP, whose decoder keeps two canvases beside the two copies that Pillow makes.
MAX_PIXELS: Final = {
    "PNG": 40_000_000,
    "JPEG": 40_000_000,
    "GIF": 40_000_000,
    "WEBP": 2**24,
    "AVIF": 2**23,
}
# Past any of these an animation becomes its first frame: a still picture serves its
# owner better than a refusal that only an animation editor could cure.
MAX_FRAMES: Final = 120
MAX_FRAME_PIXELS: Final = 2**22
MAX_SOURCE_PIXELS: Final = 100_000_000  # of all frames together: bounds the time
MAX_RESULT_PIXELS: Final = 40_000_000  # likewise: bounds the memory

QUALITY: Final = 82
ANIMATION_QUALITY: Final = 75

# Cameras write about ten. Each costs 64 bytes and walks every pixel again, so that
# 10 MB of them would keep a core busy for an hour.
MAX_JPEG_SCANS: Final = 64
# Chunks of a PNG, segments of a JPEG; a large photograph has about a thousand.
MAX_PARTS: Final = 10_000
MAX_PROFILE_BYTES: Final = 2 * 1024 * 1024
# The most that the WebP format can say.
MAX_DURATION: Final = 2**24 - 1
MAX_LOOP: Final = 2**16 - 1

AVIF_MEMORY: Final = 384 * 1024 * 1024
AVIF_SECONDS: Final = 10
AVIF_TOO_LARGE: Final = 3

# A large picture is averaged down in bands to about this much above its final size
# before the better filter sees it.
REDUCING_GAP: Final = 1.5
BAND_PIXELS: Final = 2**20

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
TRANSPOSITIONS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ON_ITS_SIDE: Final = frozenset((5, 6, 7, 8))


Box = tuple[int, int, int, int]
Size = tuple[int, int]


class ImageRefused(Exception):  # noqa: N818  (an answer to a person, not a fault)
    """`message` tells a person what is wrong and what to do; `code` never changes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Kind(StrEnum):
    AVATAR = "avatar"
    BANNER = "banner"
    COLLECTION = "collection"


@dataclass(frozen=True, slots=True)
class ProcessedImage:
    content: bytes
    width: int
    height: int
    name: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The largest result, and whether the picture is cropped to these proportions."""

    width: int
    height: int
    crops: bool

    def turned(self) -> "Shape":
        return Shape(self.height, self.width, self.crops)


SHAPES: Final = {
    Kind.AVATAR: Shape(512, 512, crops=True),
    Kind.BANNER: Shape(1080, 300, crops=True),
    Kind.COLLECTION: Shape(1600, 1600, crops=False),
}


@dataclass(frozen=True, slots=True)
class Source:
    """An opened picture within the limits on size; no pixel of it is decoded yet."""

    image: ImageFile.ImageFile
    orientation: int


@dataclass(frozen=True, slots=True)
class Frame:
    image: Image.Image
    duration: float


def decode_base64(text: str) -> bytes:
    """The bytes of standard base64; white space is the only thing that may be in it."""
    if len(text) > MAX_ENCODED:
        raise too_many_bytes()
    try:
        packed = text.encode("ascii").translate(None, b" \t\n\r\f\v")
        data = base64.b64decode(packed, validate=True)
    except ValueError:
        raise ImageRefused(
            "base64_invalid",
            "The image is not valid base64; encode the file with the standard"
            " alphabet (A–Z, a–z, 0–9, + and /) and padding, and send it again.",
        ) from None
    check_bytes(data)
    return data


def decode_data_url(text: str) -> tuple[str, bytes]:
    """The true media type and the bytes of `data:image/png;base64,…`."""
    if len(text) > MAX_ENCODED:
        raise too_many_bytes()
    head, comma, body = text.strip().partition(",")
    scheme, _, media = head[:MAX_DATA_URL_HEAD].lower().partition(":")
    declared, *parameters = (part.strip() for part in media.split(";"))
    if scheme != "data" or not comma or parameters[-1:] != ["base64"]:
        raise ImageRefused(
            "base64_invalid",
            "The image is not a base64 data URL; send it in the form"
            " data:image/png;base64,… with the file in base64 after the comma.",
        )
    data = decode_base64(body)
    media_types = MEDIA_TYPES[find_format(data)]
    if declared not in media_types:
        raise ImageRefused(
            "data_url_mismatch",
            "The data URL declares a type that does not match its bytes, which "
            f"are {media_types[0]}; declare that type and send it again.",
        )
    return media_types[0], data


def process(data: bytes, kind: Kind) -> ProcessedImage:
    """The same bytes always give the same content, and so the same name."""
    check_bytes(data)
    with damage_refused():
        source = open_source(find_format(data), data)
        frames = develop(source, SHAPES[kind])
        content = encode(frames, plays(source.image))
    name = hashlib.sha256(content).hexdigest()[:32] + ".webp"
    return ProcessedImage(content, *frames[0].image.size, name)


# What is refused


def check_bytes(data: bytes) -> None:
    if not data:
        raise ImageRefused(
            "image_empty", "The image is empty; choose a file and send it again."
        )
    if len(data) > MAX_BYTES:
        raise too_many_bytes()


def too_many_bytes() -> ImageRefused:
    limit = MAX_BYTES // 1024**2
    return ImageRefused(
        "image_too_large", f"The image is over {limit} MB; send a smaller file."
    )


def too_many_pixels() -> ImageRefused:
    return ImageRefused(
        "image_too_many_pixels",
        "The image has too many pixels; scale it down, for example to 2000 "
        "pixels on its longer side, and send it again.",
    )


def damaged() -> ImageRefused:
    return ImageRefused(
        "image_unreadable",
        "The image is damaged, incomplete or unusual; save it again as PNG or "
        "JPEG and send that.",
    )


def check_pixels(image: Image.Image, limit: int) -> None:
    if image.width * image.height > limit:
        raise too_many_pixels()


def find_format(data: bytes) -> str:
    """By content: names and declared types are only what somebody says."""
    for name, signature in SIGNATURES.items():
        if signature.match(data):
            return name
    raise ImageRefused(
        "image_type_unsupported",
        "The file is not a supported image; send a PNG, JPEG, GIF, WebP or AVIF.",
    )


@contextlib.contextmanager
def damage_refused() -> Iterator[None]:
    """On bad input Pillow raises nearly every exception there is, and its own."""
    try:
        yield
    except ImageRefused:
        raise
    except (
        MemoryError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise too_many_pixels() from error
    except Exception as error:
        raise damaged() from error


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
        [sys.executable, "-P", __file__],
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


# Pixels


def develop(source: Source, shape: Shape) -> list[Frame]:
    """The frames of the result, cropped, scaled, upright and in sRGB."""
    image = source.image
    if source.orientation in ON_ITS_SIDE:
        shape = shape.turned()
    box, size = fit(image.size, shape)
    numbers = frame_numbers(image, size)
    across, down = reductions(box, size)
    if image.draft(None, (image.width // across, image.height // down)):
        box, _ = fit(image.size, shape)
    return [take_frame(source, number, box, size) for number in numbers]


def fit(size: Size, shape: Shape) -> tuple[Box, Size]:
    """The part of the picture that is used, and its size in the result."""
    width, height = size
    if shape.crops:
        width = min(size[0], max(1, round(size[1] * shape.width / shape.height)))
        height = min(size[1], max(1, round(size[0] * shape.height / shape.width)))
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    box = (left, top, left + width, top + height)
    scale = min(1, shape.width / width, shape.height / height)
    if shape.crops and scale < 1:
        return box, (shape.width, shape.height)
    return box, (max(1, round(width * scale)), max(1, round(height * scale)))


def frame_numbers(image: ImageFile.ImageFile, size: Size) -> range:
    count = getattr(image, "n_frames", 1)
    pixels = image.width * image.height
    if (
        count > MAX_FRAMES
        or pixels > MAX_FRAME_PIXELS
        or count * pixels > MAX_SOURCE_PIXELS
        or count * size[0] * size[1] > MAX_RESULT_PIXELS
    ):
        return range(1)
    # A PNG may begin with a picture for readers that know no animation.
    is_stand_in = count > 1 and getattr(image, "default_image", False)
    return range(1 if is_stand_in else 0, count)


def reductions(box: Box, size: Size) -> Size:
    """Each way by itself: filtering a line of 40 million pixels takes gigabytes."""
    across = (box[2] - box[0]) / size[0] / REDUCING_GAP
    down = (box[3] - box[1]) / size[1] / REDUCING_GAP
    return max(1, int(across)), max(1, int(down))


def take_frame(source: Source, number: int, box: Box, size: Size) -> Frame:
    image = source.image
    image.seek(number)
    image.load()
    small = in_srgb(shrink(image, box, size), image.info.get("icc_profile"))
    transposition = TRANSPOSITIONS.get(source.orientation)
    if transposition is not None:
        small = small.transpose(transposition)
    return Frame(small, image.info.get("duration", 0))


def shrink(image: Image.Image, box: Box, size: Size) -> Image.Image:
    left, top, right, bottom = box
    across, down = factors = reductions(box, size)
    width, height = (right - left) / across, (bottom - top) / down
    rows = down * max(1, BAND_PIXELS // (right - left) // down)
    mode = with_plain_pixels(image.crop((left, top, left + 1, top + 1))).mode
    whole = Image.new(mode, (math.ceil(width), math.ceil(height)))
    for y in range(top, bottom, rows):
        band = image.crop((left, y, right, min(y + rows, bottom)))
        band = with_plain_pixels(band).reduce(factors)
        whole.paste(band, (0, (y - top) // down))
    return whole.resize(size, Image.Resampling.LANCZOS, box=(0, 0, width, height))


def with_plain_pixels(band: Image.Image) -> Image.Image:
    """L, RGB, CMYK, or RGBa: colours already weighed by alpha, ready to be averaged."""
    if band.mode == "I;16":
        return band.point(lambda value: value / 256).convert("L")
    if band.has_transparency_data:
        return band.convert("RGBA").convert("RGBa")
    if band.mode == "1":
        return band.convert("L")
    return band if band.mode in ("L", "CMYK") else band.convert("RGB")


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA; a profile that does not fit its picture is not worth a refusal."""
    alpha = image.convert("RGBA").getchannel("A") if image.mode == "RGBa" else None
    if alpha is not None:
        image = image.convert("RGBA").convert("RGB")
    if profile and len(profile) <= MAX_PROFILE_BYTES:
        with contextlib.suppress(ImageCms.PyCMSError, ValueError):
            image = convert_profile(image, profile)
    image = image.convert("RGB")
    if alpha is not None:
        image.putalpha(alpha)
    return image


def convert_profile(image: Image.Image, profile: bytes) -> Image.Image:
    transform = ImageCms.buildTransform(
        io.BytesIO(profile), ImageCms.createProfile("sRGB"), image.mode, "RGB"
    )
    return transform.apply(image)


def plays(image: ImageFile.ImageFile) -> int:
    """How often an animation runs; 0 is for ever.

    A GIF counts the repetitions, and one that is silent runs once.
    """
    loop: int | None = image.info.get("loop")
    if image.format == "GIF":
        loop = 1 if loop is None else loop and loop + 1
    return min(loop or 0, MAX_LOOP)


def encode(frames: list[Frame], loop: int) -> bytes:
    first, *rest = frames
    content = io.BytesIO()
    if rest:
        first.image.save(
            content,
            "WEBP",
            save_all=True,
            append_images=[frame.image for frame in rest],
            duration=[min(frame.duration, MAX_DURATION) for frame in frames],
            loop=loop,
            background=(0, 0, 0, 0),
            quality=ANIMATION_QUALITY,
        )
    else:
        first.image.save(content, "WEBP", quality=QUALITY)
    return content.getvalue()


def decode_avif() -> int:
    """The child of `avif_as_png`: from standard input to standard output."""
    import resource

    # macOS knows this limit but does not let it be set.
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (AVIF_MEMORY, AVIF_MEMORY))
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # each would reserve memory of its own
    image = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=["AVIF"])
    if image.width * image.height > MAX_PIXELS["AVIF"]:
        return AVIF_TOO_LARGE
    exif = image.info.get("exif", b"")
    image.save(sys.stdout.buffer, "PNG", compress_level=1, exif=exif)
    return 0


if __name__ == "__main__":
    sys.exit(decode_avif())
