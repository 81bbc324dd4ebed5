"""Decodes an AVIF in a process of its own, from standard input to standard output.

It runs as a file by itself: it imports nothing of ours.
"""

import contextlib
import io
import sys
from typing import Final

from PIL import AvifImagePlugin, Image

AVIF_MEMORY: Final = 384 * 1024 * 1024
AVIF_TOO_LARGE: Final = 3
AVIF_PIXELS: Final = 2**23


def decode_avif() -> int:
    """The child of `avif_as_png`: from standard input to standard output."""
    import resource

    # macOS knows this limit but does not let it be set.
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (AVIF_MEMORY, AVIF_MEMORY))
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # each would reserve memory of its own
    image = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=["AVIF"])
    if image.width * image.height > AVIF_PIXELS:
        return AVIF_TOO_LARGE
    exif = image.info.get("exif", b"")
    image.save(sys.stdout.buffer, "PNG", compress_level=1, exif=exif)
    return 0


if __name__ == "__main__":
    sys.exit(decode_avif())
