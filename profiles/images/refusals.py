"""Why a picture is refused, and how large one may be."""

import contextlib
from collections.abc import Iterator
from typing import Final

from PIL import Image

from profiles.images.avif_child import AVIF_PIXELS

MAX_BYTES: Final = 10 * 1024 * 1024
# Base64 takes four characters for three bytes; the rest leaves room for line breaks.
MAX_ENCODED: Final = MAX_BYTES * 3 // 2

# Chosen so that no picture costs more than about 350 MB. Measured, a pixel takes up to
# 4 bytes as PNG, 6 to 8 as JPEG (a progressive one, before it is scaled down) and 16
# as WebP, whose decoder keeps two canvases next to the two copies that Pillow makes.
MAX_PIXELS: Final = {
    "PNG": 40_000_000,
    "JPEG": 40_000_000,
    "GIF": 40_000_000,
    "WEBP": 2**24,
    "AVIF": AVIF_PIXELS,
}


class ImageRefused(Exception):  # noqa: N818  (an answer to a person, not a fault)
    """`message` tells a person what is wrong and what to do; `code` never changes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


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
