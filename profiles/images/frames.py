"""From an opened picture to frames of the result: turned, cropped, scaled, in sRGB."""

import contextlib
import io
import math
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms, ImageFile

from profiles.images.containers import MAX_FRAMES, Source

MAX_FRAME_PIXELS: Final = 2**22
MAX_SOURCE_PIXELS: Final = 100_000_000  # of all frames together: bounds the time
MAX_RESULT_PIXELS: Final = 40_000_000  # likewise: bounds the memory
MAX_PROFILE_BYTES: Final = 2 * 1024 * 1024

# A large picture is averaged down in bands to about this much above its final size
# before the better filter sees it.
REDUCING_GAP: Final = 1.5
BAND_PIXELS: Final = 2**20
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


@dataclass(frozen=True, slots=True)
class Shape:
    """The largest result, and whether the picture is cropped to these proportions."""

    width: int
    height: int
    crops: bool

    def turned(self) -> "Shape":
        return Shape(self.height, self.width, self.crops)


@dataclass(frozen=True, slots=True)
class Frame:
    image: Image.Image
    duration: float


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
