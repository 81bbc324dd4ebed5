"""Turns an uploaded picture into one WebP of our own making, or says why not.

Every byte here comes from a stranger. A picture is told by its first bytes, its
container is rebuilt from the parts a picture needs (`containers`), its size is judged
by the header, and only then is it decoded (`frames`), into a WebP without metadata.
"""

import hashlib
import io
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PIL import ImageFile

from profiles.images.containers import find_format, open_source
from profiles.images.frames import Frame, Shape, develop
from profiles.images.refusals import check_bytes, damage_refused

QUALITY: Final = 82
ANIMATION_QUALITY: Final = 75
# The most that the WebP format can say.
MAX_DURATION: Final = 2**24 - 1
MAX_LOOP: Final = 2**16 - 1


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


SHAPES: Final = {
    Kind.AVATAR: Shape(512, 512, crops=True),
    Kind.BANNER: Shape(1080, 300, crops=True),
    Kind.COLLECTION: Shape(1600, 1600, crops=False),
}


def process(data: bytes, kind: Kind) -> ProcessedImage:
    """The same bytes always give the same content, and so the same name."""
    check_bytes(data)
    with damage_refused():
        source = open_source(find_format(data), data)
        frames = develop(source, SHAPES[kind])
        content = encode(frames, plays(source.image))
    name = hashlib.sha256(content).hexdigest()[:32] + ".webp"
    return ProcessedImage(content, *frames[0].image.size, name)


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
