"""Uploaded pictures: what is taken, what is refused, and what is left of them."""

import base64
import contextlib
import functools
import io
import re
import struct
import subprocess
import sys
import tempfile
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from profiles.images import avif_child, containers, encoding, frames, refusals
from profiles.images.base64_text import decode_base64, decode_data_url
from profiles.images.encoding import Kind, ProcessedImage, process
from profiles.images.refusals import ImageRefused

FORMATS = ["PNG", "JPEG", "GIF", "WEBP", "AVIF"]
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
MEBIBYTE = 2**20


def file_of(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, form, **options)
    return content.getvalue()


def plain(width: int, height: int, colour: Any = RED, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), colour)


def scene(width: int = 64, height: int = 48) -> Image.Image:
    """Left half red, right half blue, with something that moves the compressors."""
    picture = plain(width, height)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((width // 2, 0, width, height), fill=BLUE)
    draw.ellipse((width // 4, height // 4, width // 2, height // 2), fill=GREEN)
    return picture


def film(*colours: Any, form: str = "GIF", **options: Any) -> bytes:
    first, *rest = (plain(40, 30, colour) for colour in colours)
    return file_of(first, form, save_all=True, append_images=rest, **options)


def result_of(data: bytes, kind: Kind = Kind.COLLECTION) -> Image.Image:
    return Image.open(io.BytesIO(process(data, kind).content))


def refusal_of(data: bytes, kind: Kind = Kind.AVATAR) -> str:
    with pytest.raises(ImageRefused) as caught:
        process(data, kind)
    assert caught.value.message == str(caught.value)
    assert caught.value.message[0].isupper()
    assert caught.value.message.endswith(".")
    return caught.value.code


def png_chunk(kind: bytes, body: bytes = b"") -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + checksum


def png_saying(
    width: int, height: int, pixels: bytes = b"", extra: bytes = b""
) -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = png_chunk(b"IDAT", zlib.compress(pixels, 9))
    return b"\x89PNG\r\n\x1a\n" + header + extra + body + png_chunk(b"IEND")


def is_near(pixel: Any, colour: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(pixel, colour, strict=True))


def megabytes_of_a_child(statement: str, data: bytes) -> int:
    """The peak memory, above that of importing, of `statement` run on `data`.

    Decoders take memory past Python, so that tracemalloc sees none of it; and
    `getrusage` would begin with the peak of the process that runs the tests.
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("peak memory is read from /proc")
    code = f"""
import contextlib, pathlib, re, sys
from profiles.images.encoding import Kind, process
from profiles.images.refusals import ImageRefused

def peak():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1])

data = sys.stdin.buffer.read()
before = peak()
{statement}
print((peak() - before) // 1024)
"""
    child = subprocess.run(
        [sys.executable, "-c", code], input=data, capture_output=True, check=True
    )
    return int(child.stdout)


REFUSED = "with contextlib.suppress(ImageRefused): process(data, Kind.AVATAR); raise 1"


# Base64 and data URLs


def test_base64_with_line_breaks_is_read():
    data = bytes(range(256))
    text = base64.encodebytes(data).decode().replace("\n", "\r\n\t ")
    assert decode_base64(text) == data


@pytest.mark.parametrize(
    "text",
    [
        "QUJD!REVG",
        "QUJD\0REVG",
        "QUJDé",
        "QUJD\u2028",
        "QUJ",
        "QQ",
        "QQ===",
        "=QUJ",
        "QQ==QQ==",
        "Q=Q=",
        "QUJD-_-_",
        "data:image/png;base64,QUJD",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "\ud800",
    ],
)
def test_anything_but_standard_base64_is_refused(text):
    with pytest.raises(ImageRefused) as caught:
        decode_base64(text)
    assert caught.value.code == "base64_invalid"


@pytest.mark.parametrize("text", ["", " \n"])
def test_empty_base64_is_refused(text):
    with pytest.raises(ImageRefused) as caught:
        decode_base64(text)
    assert caught.value.code == "image_empty"


def test_base64_is_measured_before_it_is_decoded():
    text = "A" * (refusals.MAX_ENCODED + 1)
    tracemalloc.start()
    try:
        for decode in (decode_base64, decode_data_url):
            with pytest.raises(ImageRefused) as caught:
                decode(text)
            assert caught.value.code == "image_too_large"
        assert tracemalloc.get_traced_memory()[1] < MEBIBYTE
    finally:
        tracemalloc.stop()


def test_base64_of_exactly_the_limit_is_read_and_of_a_byte_more_is_not():
    most = bytes(refusals.MAX_BYTES)
    assert decode_base64(base64.encodebytes(most).decode()) == most
    with pytest.raises(ImageRefused) as caught:
        decode_base64(base64.b64encode(most + b"\0").decode())
    assert caught.value.code == "image_too_large"


def data_url(declared: str, data: bytes) -> str:
    return f"data:{declared};base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize(
    ("declared", "form", "told"),
    [
        ("image/png", "PNG", "image/png"),
        ("image/apng", "PNG", "image/png"),
        ("image/jpeg", "JPEG", "image/jpeg"),
        ("image/jpg", "JPEG", "image/jpeg"),
        ("IMAGE/GIF", "GIF", "image/gif"),
        ("image/webp;charset=utf-8", "WEBP", "image/webp"),
        ("image/avif; name=a.avif", "AVIF", "image/avif"),
    ],
)
def test_a_data_url_tells_its_type_and_bytes(declared, form, told):
    data = file_of(scene(), form)
    assert decode_data_url(data_url(declared, data)) == (told, data)


@pytest.mark.parametrize(
    "declared", ["image/png", "image/svg+xml", "text/html", "", "application/pdf"]
)
def test_a_data_url_of_another_type_than_its_bytes_is_refused(declared):
    with pytest.raises(ImageRefused) as caught:
        decode_data_url(data_url(declared, file_of(scene(), "JPEG")))
    assert caught.value.code == "data_url_mismatch"
    assert "image/jpeg" in caught.value.message


def test_a_data_url_of_no_image_is_refused():
    with pytest.raises(ImageRefused) as caught:
        decode_data_url(data_url("image/png", b"<html></html>"))
    assert caught.value.code == "image_type_unsupported"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "data:",
        "data:image/png",
        "data:image/png,%89PNG",
        "data:image/png;base64",
        "data:image/png;base64;x,QUJD",
        "http://169.254.169.254/;base64,QUJD",
        "data" + ";" * 100_000 + "base64,QUJD",
        "data:image/png;base64,QUJD*",
    ],
)
def test_what_is_not_a_base64_data_url_is_refused(text):
    with pytest.raises(ImageRefused) as caught:
        decode_data_url(text)
    assert caught.value.code == "base64_invalid"


# What is taken


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_every_format_becomes_webp(form, kind):
    processed = process(file_of(scene(), form), kind)
    picture = Image.open(io.BytesIO(processed.content))
    assert picture.format == "WEBP"
    assert picture.size == (processed.width, processed.height)
    assert re.fullmatch(r"[0-9a-f]{32}\.webp", processed.name)


def test_the_name_follows_the_content():
    data = file_of(scene())
    assert process(data, Kind.AVATAR) == process(data, Kind.AVATAR)
    other = process(file_of(plain(64, 48)), Kind.AVATAR)
    assert process(data, Kind.AVATAR).name != other.name


@pytest.mark.parametrize(
    ("kind", "source", "result"),
    [
        (Kind.AVATAR, (1000, 700), (512, 512)),
        (Kind.AVATAR, (700, 1000), (512, 512)),
        (Kind.AVATAR, (300, 200), (200, 200)),
        (Kind.AVATAR, (512, 512), (512, 512)),
        (Kind.AVATAR, (1, 1), (1, 1)),
        (Kind.AVATAR, (5000, 1), (1, 1)),
        (Kind.BANNER, (2160, 600), (1080, 300)),
        (Kind.BANNER, (3001, 2000), (1080, 300)),
        (Kind.BANNER, (1081, 2000), (1080, 300)),
        (Kind.BANNER, (4000, 301), (1080, 300)),
        (Kind.BANNER, (540, 540), (540, 150)),
        (Kind.BANNER, (900, 100), (360, 100)),
        (Kind.BANNER, (1, 1), (1, 1)),
        (Kind.COLLECTION, (3200, 1600), (1600, 800)),
        (Kind.COLLECTION, (800, 2000), (640, 1600)),
        (Kind.COLLECTION, (300, 200), (300, 200)),
        (Kind.COLLECTION, (20_000, 2), (1600, 1)),
    ],
)
def test_sizes(kind, source, result):
    processed = process(file_of(plain(*source)), kind)
    assert (processed.width, processed.height) == result


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_the_crop_is_in_the_centre(form):
    picture = plain(1500, 500)
    ImageDraw.Draw(picture).rectangle((500, 0, 999, 499), fill=BLUE)
    avatar = result_of(file_of(picture, form, **jpeg_best(form)), Kind.AVATAR)
    for point in [(8, 8), (490, 250), (250, 490)]:
        assert is_near(avatar.getpixel(point), BLUE)


def jpeg_best(form: str) -> dict[str, Any]:
    return {"quality": 95, "subsampling": 0} if form == "JPEG" else {}


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_large_picture_scaled_in_steps_looks_as_if_scaled_at_once(form):
    picture = scene(3003, 2001)
    small = result_of(file_of(picture, form, **jpeg_best(form)), Kind.AVATAR)
    expected = picture.crop((501, 0, 2502, 2001)).resize((512, 512))
    for point in [(4, 4), (508, 508), (190, 190), (240, 256), (275, 256)]:
        assert is_near(small.getpixel(point), expected.getpixel(point))


@pytest.mark.parametrize(
    ("mode", "colour", "form", "seen"),
    [
        ("1", 1, "PNG", (255, 255, 255)),
        ("L", 128, "PNG", (128, 128, 128)),
        ("L", 128, "JPEG", (128, 128, 128)),
        ("I;16", 0x8000, "PNG", (128, 128, 128)),
        ("I;16", 0xFFFF, "PNG", (255, 255, 255)),
        ("CMYK", (0, 255, 255, 0), "JPEG", RED),
        ("YCbCr", (76, 84, 255), "JPEG", RED),
        ("LA", (128, 255), "PNG", (128, 128, 128)),
        ("LA", (128, 100), "PNG", (128, 128, 128, 100)),
        ("LA", (128, 0), "PNG", (0, 0, 0, 0)),
        ("RGBA", (255, 0, 0, 128), "PNG", (255, 0, 0, 128)),
        ("RGBA", (255, 0, 0, 128), "WEBP", (255, 0, 0, 128)),
        ("RGBA", (255, 0, 0, 128), "AVIF", (255, 0, 0, 128)),
    ],
)
def test_every_mode_keeps_its_colour(mode, colour, form, seen):
    picture = plain(40, 40, colour, mode)
    assert is_near(result_of(file_of(picture, form)).getpixel((20, 20)), seen)


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_a_palette_keeps_its_colours_and_its_transparent_one(form):
    picture = Image.new("P", (40, 40), 0)
    picture.putpalette([*RED, *BLUE])
    picture.paste(1, (20, 0, 40, 40))
    result = result_of(file_of(picture, form, transparency=1))
    assert is_near(result.getpixel((8, 20)), (*RED, 255))
    assert result.getpixel((32, 20))[3] == 0


def test_a_palette_of_half_transparent_colours_keeps_them():
    picture = Image.new("P", (40, 40), 0)
    picture.putpalette([*RED, *BLUE])
    result = result_of(file_of(picture, transparency=bytes([100, 200])))
    assert is_near(result.getpixel((20, 20)), (*RED, 100))


def test_one_colour_marked_transparent_becomes_transparent():
    picture = plain(40, 40)
    picture.paste(BLUE, (20, 0, 40, 40))
    result = result_of(file_of(picture, transparency=BLUE))
    assert is_near(result.getpixel((8, 20)), (*RED, 255))
    assert result.getpixel((32, 20))[3] == 0


def test_transparent_pixels_do_not_bleed_into_their_neighbours():
    picture = plain(1600, 1600, (0, 255, 0, 0), "RGBA")
    picture.paste((*RED, 255), (0, 0, 801, 1600))
    result = result_of(file_of(picture), Kind.AVATAR)
    edge = [result.getpixel((x, 256)) for x in range(250, 262)]
    assert all(pixel[1] < 40 for pixel in edge if pixel[3] > 20)


def profile_with_red_and_green_exchanged() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return (profile.replace(b"rXYZ", b"tmp!").replace(b"gXYZ", b"rXYZ")).replace(
        b"tmp!", b"gXYZ"
    )


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_colours_are_converted_to_srgb(form):
    profile = profile_with_red_and_green_exchanged()
    result = result_of(file_of(plain(40, 40, RED), form, icc_profile=profile))
    assert is_near(result.getpixel((20, 20)), GREEN, by=30)
    assert "icc_profile" not in result.info


def test_transparency_outlives_the_conversion_to_srgb():
    data = file_of(
        plain(40, 40, (255, 0, 0, 128), "RGBA"),
        icc_profile=profile_with_red_and_green_exchanged(),
    )
    assert is_near(result_of(data).getpixel((20, 20)), (0, 255, 0, 128), by=30)


@pytest.mark.parametrize("profile", [b"junk", b"\0" * 4000])
def test_a_broken_colour_profile_is_passed_over(profile):
    result = result_of(file_of(plain(40, 40), "JPEG", icc_profile=profile))
    assert is_near(result.getpixel((20, 20)), RED)


def test_a_colour_profile_of_another_colour_space_is_passed_over():
    profile = profile_with_red_and_green_exchanged()
    result = result_of(file_of(plain(40, 40, 128, "L"), icc_profile=profile))
    assert is_near(result.getpixel((20, 20)), (128, 128, 128))


# Metadata


def exif_with(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return exif


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_exif_says(form, orientation):
    upright = scene(96, 48)
    back = {5: 5, 6: 8, 7: 7, 8: 6}.get(orientation, orientation)
    method = frames.TRANSPOSITIONS.get(back)
    stored = upright if method is None else upright.transpose(method)
    data = file_of(stored, form, exif=exif_with(orientation), **jpeg_best(form))
    result = result_of(data)
    assert result.size == upright.size
    for point in [(8, 8), (88, 40), (38, 18), (38, 40)]:
        assert is_near(result.getpixel(point), upright.getpixel(point), by=40)


def test_a_picture_on_its_side_is_cropped_as_it_is_seen():
    upright = plain(1500, 3000)
    upright.paste(BLUE, (0, 1250, 1500, 1750))
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    result = result_of(file_of(stored, "JPEG", exif=exif_with(6)), Kind.BANNER)
    assert result.size == (1080, 300)
    assert is_near(result.getpixel((10, 10)), BLUE)
    assert is_near(result.getpixel((1070, 290)), BLUE)


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0",
        b"Exif\0\0MM\0*\xff\xff\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01" * 30,
        exif_with(0).tobytes(),
        exif_with(9).tobytes(),
    ],
)
def test_broken_exif_leaves_the_picture_as_it_is(exif):
    assert result_of(file_of(scene(), "JPEG", exif=exif)).size == (64, 48)


@pytest.mark.parametrize("form", FORMATS)
def test_no_metadata_is_left(form):
    options: dict[str, Any] = {"comment": b"SecretComment"}
    if form != "GIF":
        options["exif"] = exif_with()
        options["xmp"] = b"<x:xmpmeta>SecretXmp</x:xmpmeta>"
    content = process(file_of(scene(), form, **options), Kind.AVATAR).content
    assert b"Secret" not in content
    chunks = {b"EXIF", b"XMP ", b"ICCP"}
    assert not any(chunk in content for chunk in chunks)


@pytest.mark.parametrize("form", FORMATS)
def test_what_trails_behind_a_picture_is_gone(form):
    data = file_of(scene(), form) + b"<script>alert(1)</script>PK\x03\x04<?php"
    content = process(data, Kind.COLLECTION).content
    assert b"script" not in content
    assert b"php" not in content


def test_of_a_photograph_with_a_second_one_inside_the_first_is_taken():
    data = file_of(scene(), "MPO", save_all=True, append_images=[plain(64, 48, GREEN)])
    result = result_of(data)
    assert getattr(result, "n_frames", 1) == 1
    assert is_near(result.getpixel((4, 4)), RED, by=40)


# Animations


def story_of(data: bytes, kind: Kind = Kind.COLLECTION) -> list[tuple[Any, int]]:
    """The pixel in the middle and the duration of every frame."""
    result: Any = result_of(data, kind)
    story = []
    for number in range(result.n_frames):
        result.seek(number)
        result.load()
        middle = result.getpixel((result.width // 2, result.height // 2))
        story.append((middle, result.info["duration"]))
    return story


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("kind", Kind)
def test_frames_and_their_durations_are_kept(form, kind):
    data = film(RED, GREEN, BLUE, form=form, duration=[40, 200, 1000])
    (one, two, three) = story_of(data, kind)
    assert [one[1], two[1], three[1]] == [40, 200, 1000]
    for pixel, colour in [(one[0], RED), (two[0], GREEN), (three[0], BLUE)]:
        assert is_near(pixel[:3], colour, by=30)


@pytest.mark.parametrize(
    ("form", "options", "loop"),
    [
        ("GIF", {}, 1),
        ("GIF", {"loop": 0}, 0),
        ("GIF", {"loop": 3}, 4),
        ("GIF", {"loop": 65535}, 65535),
        ("PNG", {"loop": 0}, 0),
        ("PNG", {"loop": 3}, 3),
        ("PNG", {"loop": 100_000}, 65535),
        ("WEBP", {"loop": 3}, 3),
    ],
)
def test_an_animation_runs_as_often_as_before(form, options, loop):
    assert result_of(film(RED, BLUE, form=form, **options)).info["loop"] == loop


def test_transparent_frames_stay_transparent():
    frames = [plain(40, 30, (255, 0, 0, 0), "RGBA"), plain(40, 30, BLUE, "RGB")]
    data = file_of(
        frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=50
    )
    (one, two) = story_of(data)
    assert one[0][3] == 0
    assert is_near(two[0], (*BLUE, 255), by=30)


def test_the_stand_in_of_an_animated_png_is_no_part_of_the_animation():
    frames = [plain(40, 30, colour) for colour in (GREEN, RED, BLUE)]
    data = file_of(
        frames[0],
        save_all=True,
        append_images=frames[1:],
        default_image=True,
        duration=70,
    )
    (one, two) = story_of(data)
    assert is_near(one[0][:3], RED, by=30)
    assert is_near(two[0][:3], BLUE, by=30)


def test_a_duration_that_webp_cannot_say_is_the_longest_it_can(monkeypatch):
    day = film(RED, BLUE, form="PNG", duration=60_000_000)
    assert story_of(day)[0][1] == pytest.approx(encoding.MAX_DURATION, abs=1)


def test_a_gif_that_draws_outside_its_canvas_gets_a_larger_one():
    data = bytearray(film(RED, BLUE, duration=50))
    data[6:10] = struct.pack("<HH", 10, 10)
    assert result_of(bytes(data)).size == (40, 30)


def many_frames(count: int, form: str = "GIF") -> bytes:
    frames = [plain(8, 8, (BLUE, RED, GREEN)[number % 3]) for number in range(count)]
    return file_of(
        frames[0], form, save_all=True, append_images=frames[1:], duration=50
    )


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_an_animation_of_too_many_frames_becomes_its_first(form):
    longest = result_of(many_frames(containers.MAX_FRAMES, form))
    assert longest.n_frames == containers.MAX_FRAMES
    still = result_of(many_frames(containers.MAX_FRAMES + 1, form))
    assert still.n_frames == 1
    assert is_near(still.getpixel((4, 4))[:3], BLUE, by=30)


@pytest.mark.parametrize(
    "limit", ["MAX_FRAME_PIXELS", "MAX_SOURCE_PIXELS", "MAX_RESULT_PIXELS"]
)
def test_an_animation_of_too_many_pixels_becomes_its_first_frame(limit, monkeypatch):
    data = film(RED, BLUE, duration=50)
    assert result_of(data).n_frames == 2
    monkeypatch.setattr(frames, limit, 40 * 30 - 1)
    assert result_of(data).n_frames == 1


def test_of_an_animated_avif_the_first_frame_is_kept():
    result = result_of(film(RED, BLUE, form="AVIF", duration=50))
    assert result.n_frames == 1
    assert is_near(result.getpixel((20, 15)), RED, by=30)


# What is refused


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"<?xml version='1.0'?>" + SVG,
        b"<!DOCTYPE html><html><img src=x.png></html>",
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"\x7fELF",
        b"\0",
        b"junk" * 100,
        b"GIF90a" + b"\0" * 40,
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b" " + file_of(scene()),
        file_of(scene(), "BMP"),
        file_of(scene(), "TIFF"),
        file_of(scene(), "ICO"),
        file_of(scene(), "JPEG2000"),
        file_of(scene(), "PPM"),
        file_of(scene(), "TGA"),
    ],
)
def test_other_kinds_of_file_are_refused(data):
    assert refusal_of(data) == "image_type_unsupported"


@pytest.mark.parametrize(
    "start",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
        b"\0\0\0\x20ftypavif",
        b"\0\0\0\x20ftypmif1",
    ],
)
@pytest.mark.parametrize("rest", [b"", b"\0" * 100, b"\xff" * 100, SVG])
def test_a_signature_without_a_picture_is_refused(start, rest):
    assert refusal_of(start + rest) == "image_unreadable"


def test_nothing_is_refused():
    assert refusal_of(b"") == "image_empty"


def test_a_file_over_the_limit_is_refused():
    data = file_of(scene())
    assert process(data.ljust(refusals.MAX_BYTES, b"\0"), Kind.AVATAR)
    assert refusal_of(data.ljust(refusals.MAX_BYTES + 1, b"\0")) == "image_too_large"


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("PNG", {"save_all": True, "append_images": [plain(64, 48, GREEN)]}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("GIF", {}),
        ("GIF", {"save_all": True, "append_images": [plain(64, 48, GREEN)]}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"save_all": True, "append_images": [plain(64, 48, GREEN)]}),
    ],
)
def test_a_truncated_file_is_refused_wherever_it_ends(form, options):
    data = file_of(scene(), form, **options)
    for end in {*range(20, len(data), 1 + len(data) // 60), *range(-12, 0)}:
        assert refusal_of(data[:end]) == "image_unreadable", end


@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
def test_a_truncated_avif_is_refused(share):
    data = file_of(scene(), "AVIF")
    assert refusal_of(data[: int(len(data) * share)]) == "image_unreadable"


def test_a_png_whose_pixels_were_altered_is_refused():
    data = bytearray(file_of(scene()))
    data[data.index(b"IDAT") + 8] ^= 1
    assert refusal_of(bytes(data)) == "image_unreadable"


def test_a_png_with_two_headers_is_refused():
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 0, 0, 0, 0))
    assert refusal_of(png_saying(2, 2, bytes(6), header)) == "image_unreadable"


# What would take too much


def jpeg_saying(width: int, height: int) -> bytes:
    data = bytearray(file_of(plain(8, 8), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def gif_saying(width: int, height: int) -> bytes:
    data = bytearray(film(RED, BLUE))
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def gif_with_a_large_second_frame() -> bytes:
    data = bytearray(film(RED, BLUE))
    second = data.rindex(b"\x2c\0\0\0\0")
    data[second + 5 : second + 9] = struct.pack("<HH", 13_000, 13_000)
    return bytes(data)


def avif_saying(width: int, height: int, of: Image.Image | None = None) -> bytes:
    data = bytearray(file_of(of or plain(64, 64), "AVIF", speed=10, quality=10))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", width, height)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        png_saying(50_000, 50_000, bytes(50_000_000)),
        png_saying(10_000, 4_001),
        png_saying(2**31 - 1, 2**31 - 1),
        jpeg_saying(50_000, 50_000),
        gif_saying(65_535, 65_535),
        gif_with_a_large_second_frame(),
        avif_saying(10_000, 10_000),
    ],
    ids=["png", "png-just", "png-most", "jpeg", "gif", "gif-second", "avif"],
)
def test_a_picture_of_too_many_pixels_is_refused_without_decoding(data):
    assert refusal_of(data) == "image_too_many_pixels"
    assert megabytes_of_a_child(REFUSED, data) < 16


def test_a_webp_of_too_many_pixels_is_refused_without_decoding():
    data = file_of(plain(4_100, 4_100), "WEBP", lossless=True, method=0)
    assert len(data) < 1_000
    assert refusal_of(data) == "image_too_many_pixels"
    assert megabytes_of_a_child(REFUSED, data) < 16


def test_the_limit_on_pixels_is_that_of_the_format(monkeypatch):
    for form in ["PNG", "JPEG", "GIF", "WEBP"]:
        limits = {**containers.MAX_PIXELS, form: 64 * 48}
        monkeypatch.setattr(containers, "MAX_PIXELS", limits)
        assert process(file_of(scene(), form), Kind.AVATAR)
        limits[form] -= 1
        assert refusal_of(file_of(scene(), form)) == "image_too_many_pixels"


def test_an_avif_whose_stream_is_larger_than_its_header_says_stays_in_its_child():
    data = avif_saying(100, 100, of=plain(8_192, 8_192))
    assert len(data) < 10_000
    answered = "with contextlib.suppress(ImageRefused): process(data, Kind.AVATAR)"
    assert megabytes_of_a_child(answered, data) < 16


def test_an_avif_that_needs_more_memory_than_its_child_has_is_refused(monkeypatch):
    data = file_of(plain(2_000, 2_000), "AVIF", speed=10)
    assert process(data, Kind.AVATAR)
    code = Path(avif_child.__file__).read_text()
    small = code.replace("AVIF_MEMORY: Final = 384", "AVIF_MEMORY: Final = 64")
    assert small != code
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(small)
        script.flush()
        monkeypatch.setattr(avif_child, "__file__", script.name)
        assert refusal_of(data) == "image_unreadable"


def test_a_large_photograph_is_scaled_while_it_is_decoded():
    data = file_of(plain(6_000, 6_000), "JPEG")
    assert megabytes_of_a_child("process(data, Kind.AVATAR)", data) < 40


def test_a_large_transparent_picture_is_held_in_memory_once():
    data = file_of(plain(6_000, 6_000, (255, 0, 0, 128), "RGBA"))
    whole = 6_000 * 6_000 * 4 // MEBIBYTE
    assert megabytes_of_a_child("process(data, Kind.AVATAR)", data) < whole * 1.3


def test_a_line_of_pixels_takes_no_more_than_they_do():
    data = png_saying(30_000_000, 1, bytes(30_000_001))
    assert megabytes_of_a_child("process(data, Kind.COLLECTION)", data) < 200


def gif_of_comments() -> bytes:
    data = film(RED, BLUE)
    comment = b"\x21\xfe" + b"\x01x" * 2_000_000 + b"\0"
    at = data.index(b"\x21\xf9")
    return data[:at] + comment + data[at:]


def jpeg_of_comments() -> bytes:
    data = file_of(scene(), "JPEG")
    return data[:2] + b"\xff\xfe\0\3x" * 9_000 + data[2:]


def png_of_comments() -> bytes:
    text = png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(900_000), 9))
    return png_saying(8, 8, bytes(72), text * 2_000)


@pytest.mark.parametrize(
    "data",
    [gif_of_comments(), jpeg_of_comments(), png_of_comments()],
    ids=["gif", "jpeg", "png"],
)
def test_comments_take_no_memory(data):
    assert megabytes_of_a_child("process(data, Kind.AVATAR)", data) < 32


def png_of_profiles() -> bytes:
    profile = png_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(900_000), 9))
    return png_saying(8, 8, bytes(72), profile * 2)


def jpeg_of_scans() -> bytes:
    data = file_of(scene(), "JPEG", progressive=True)
    return data[:-2] + data[data.rindex(b"\xff\xda") : -2] * 70 + b"\xff\xd9"


@pytest.mark.parametrize(
    "data",
    [
        png_of_profiles(),
        png_saying(8, 8, bytes(72), png_chunk(b"abCd") * 10_000),
        jpeg_of_scans(),
        b"\xff\xd8" + b"\xff\xfe\0\2" * 10_000 + file_of(scene(), "JPEG")[2:],
        b"\xff\xd8\xff" + b"\xff" * 5_000_000,
    ],
    ids=["png-profiles", "png-chunks", "jpeg-scans", "jpeg-segments", "jpeg-fill"],
)
def test_parts_repeated_to_keep_the_server_busy_are_refused(data):
    assert refusal_of(data) == "image_unreadable"


def test_a_decoder_out_of_memory_is_a_picture_of_too_many_pixels(monkeypatch):
    def exhausted(*arguments: Any, **options: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(Image, "open", exhausted)
    assert refusal_of(file_of(scene())) == "image_too_many_pixels"


def test_a_child_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(containers, "AVIF_SECONDS", 0)
    assert refusal_of(file_of(scene(), "AVIF")) == "image_unreadable"


# Fuzzing


@functools.cache
def samples(form: str) -> list[bytes]:
    picture = scene(24, 16)
    alpha = plain(24, 16, (9, 99, 199, 128), "RGBA")
    more = [plain(24, 16, GREEN)]
    film: dict[str, Any] = {"save_all": True, "append_images": more, "duration": 50}
    found = {
        "PNG": [
            file_of(picture, exif=exif_with(6)),
            file_of(alpha, **film),
            file_of(picture.quantize(4), transparency=1),
            file_of(plain(24, 16, 999, "I;16")),
        ],
        "JPEG": [
            file_of(picture, "JPEG", exif=exif_with(6)),
            file_of(picture.convert("CMYK"), "JPEG"),
            file_of(picture, "JPEG", progressive=True),
        ],
        "GIF": [
            file_of(picture, "GIF", comment=b"hello"),
            file_of(alpha, "GIF", **film, loop=2, disposal=2),
            file_of(picture, "GIF", **film, disposal=3),
        ],
        "WEBP": [
            file_of(picture, "WEBP", exif=exif_with(6)),
            file_of(alpha, "WEBP", lossless=True),
            file_of(alpha, "WEBP", **film),
        ],
        "AVIF": [file_of(alpha, "AVIF", exif=exif_with(6))],
    }
    return found[form]


def mutated(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Each change replaces or inserts a few bytes somewhere."""
    for where, length, new in changes:
        at = int(where * len(data))
        data = data[:at] + new + data[at + length :]
    return data


def with_checksums_made_good(data: bytes) -> bytes:
    """Else most changed PNGs would be refused at the first chunk."""
    good, at = data[:8], 8
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        good += png_chunk(data[at + 4 : at + 8], data[at + 8 : at + 8 + length])
        at += 12 + length
    return good


CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 4),
        st.binary(max_size=4) | st.sampled_from([b"\xff\xff", b"\0\0\0\0", b"\x7f"]),
    ),
    min_size=1,
    max_size=6,
)


def check_that_it_answers(data: bytes, kind: Kind) -> None:
    try:
        answer = process(data, kind)
    except ImageRefused as refused:
        assert refused.code.startswith("image_")  # noqa: PT017
    else:
        assert isinstance(answer, ProcessedImage)
        Image.open(io.BytesIO(answer.content)).load()


# The same cases in every run; a longer search is one number away.
FUZZ = settings(
    max_examples=150,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
@FUZZ
@given(sample=st.integers(0, 11), changes=CHANGES, kind=st.sampled_from(Kind))
def test_a_mutated_picture_is_read_or_refused(form, sample, changes, kind):
    found = samples(form)
    check_that_it_answers(mutated(found[sample % len(found)], changes), kind)


@FUZZ
@given(sample=st.integers(0, 3), changes=CHANGES, kind=st.sampled_from(Kind))
def test_a_mutated_png_with_good_checksums_is_read_or_refused(sample, changes, kind):
    data = with_checksums_made_good(mutated(samples("PNG")[sample], changes))
    check_that_it_answers(data, kind)


@settings(FUZZ, max_examples=15)
@given(changes=CHANGES)
def test_a_mutated_avif_is_read_or_refused(changes):
    check_that_it_answers(mutated(samples("AVIF")[0], changes), Kind.AVATAR)


@FUZZ
@given(
    start=st.sampled_from([file_of(scene(), form)[:12] for form in FORMATS[:4]]),
    rest=st.binary(max_size=200),
)
def test_noise_behind_a_signature_is_refused(start, rest):
    with pytest.raises(ImageRefused):
        process(start + rest, Kind.AVATAR)


@FUZZ
@given(
    st.text(max_size=40)
    | st.binary(max_size=40).map(base64.b64encode).map(bytes.decode)
)
def test_any_text_is_decoded_or_refused(text):
    for decode in (decode_base64, decode_data_url):
        with contextlib.suppress(ImageRefused):
            decode(text)
