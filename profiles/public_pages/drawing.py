"""Draws a picture for messengers: 1200 × 630, PNG. No database, no network.

Letters come from our own fonts, which have the Latin ones. Others come from a font of
the system that has them (FALLBACKS); where none is there they are left out rather than
drawn as boxes, and the text of the page says them all the same.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from threading import local
from typing import NamedTuple, cast

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from profiles.public_pages.pictures import Picture

Font = ImageFont.FreeTypeFont
Box = tuple[int, int, int, int]
SIZE = (1200, 630)
MARGIN = 72
PAPER, INK, MUTED, ACCENT = "#faf9f6", "#1b1c1e", "#62615c", "#b5483a"
COLOURS = 128
COVER = (196, 294)
GAP = 28
SMALLEST, MOST_LINES = 56, 2  # of a title
LOOKED_AT = 20  # the size at which shapes are compared
NO_LETTER = "\uffff"  # what a font has none for looks like this
SERIF, SANS = "newsreader", "inter"
LATIN = "latin"
OURS = (LATIN, "latin-ext")  # the files of each family, by their letters
# Names of files of free fonts with Japanese and more, as systems have them.
FALLBACKS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansJP-Regular.otf",
    "SourceHanSansJP-Regular.otf",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "ipaexg.ttf",
    "DejaVuSans.ttf",
)
# Paper, two inks and what the title is set in: as static/public.css has its tones.
TONES = (
    ("#1f3a60", "#e9533a", "#f2dba1", "#ffffff"),
    ("#f0e4d1", "#b92b1f", "#132432", "#26211c"),
    ("#12343b", "#e2b181", "#2d6b70", "#ffffff"),
    ("#eadcd7", "#df8a6b", "#355a55", "#22201f"),
    ("#2a2c41", "#8f9bb1", "#f15c60", "#ffffff"),
    ("#dfe7e3", "#2f4656", "#f2a85a", "#1e2a2f"),
    ("#3c2030", "#da5364", "#f2eff0", "#ffffff"),
    ("#f4efe6", "#6fa07c", "#2f4b3b", "#1f2a23"),
    ("#20253b", "#f7b268", "#5b69a9", "#ffffff"),
    ("#efe1e6", "#8c4a68", "#392136", "#2a1a28"),
    ("#0f4c5d", "#fb8a23", "#de610f", "#ffffff"),
    ("#e7e4d5", "#436078", "#b54a3b", "#20262c"),
)


class Face(NamedTuple):
    family: str
    size: int
    weight: int


own = local()  # a font serves one thread at a time


def draw(picture: Picture) -> bytes:
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    width = draw_covers(image, picture.covers)
    room = SIZE[0] - 2 * MARGIN - (width + GAP if width else 0)
    write(pen, (MARGIN, 64), "animecollections", Face(SERIF, 36, 600), INK)
    top = 190
    if picture.owner:
        top = write_fitting(pen, top, picture.owner, SANS, 36, MUTED, room) + 14
    title = seen_of(picture.title) or seen_of(picture.owner)
    top = write_fitting(pen, top, title, SERIF, 104, INK, room) + 18
    if picture.line:
        write_fitting(pen, top, picture.line, SANS, 34, MUTED, room)
    draw_figures(pen, picture.figures, room)
    pen.rectangle((0, SIZE[1] - 12, SIZE[0], SIZE[1]), fill=ACCENT)
    file = BytesIO()
    image.quantize(COLOURS).save(file, "PNG")
    return file.getvalue()


def draw_figures(
    pen: ImageDraw.ImageDraw, figures: Sequence[tuple[str, str]], room: int
) -> None:
    at, top = float(MARGIN), SIZE[1] - 178
    for name, value in figures:
        number, label = Face(SERIF, 64, 500), Face(SANS, 26, 400)
        width = max(length(value, number), length(name, label))
        if at + width > MARGIN + room:
            return
        write(pen, (at, top), value, number, INK)
        write(pen, (at, top + 78), name, label, MUTED)
        at += width + 48


def draw_covers(image: Image.Image, covers: Sequence[tuple[int, str]]) -> int:
    """The first at the right, the others behind it; how wide they are."""
    if not covers:
        return 0
    step = COVER[0] - 64
    width = COVER[0] + step * (len(covers) - 1)
    top = (SIZE[1] - COVER[1]) // 2
    for at, (tone, title) in enumerate(reversed(covers)):
        left, drop = SIZE[0] - MARGIN - width + at * step, (1 - at) * 26
        image.paste(drawn_cover(tone, title), (left, top + drop))
    return width


def drawn_cover(tone: int, title: str) -> Image.Image:
    """As the page draws it where there is no picture."""
    paper, first, second, ink = TONES[tone % len(TONES)]
    width, height = COVER
    cover = Image.new("RGB", COVER, paper)
    pen = ImageDraw.Draw(cover)
    match tone % 3:
        case 0:
            pen.rectangle((0, height * 0.6, width, height), fill=second)
            pen.ellipse(square(width // 2, height * 2 // 5, 52), fill=first)
        case 1:
            left, right = (0, height * 0.62), (width, height * 0.34)
            pen.polygon((left, right, COVER, (0, height)), fill=second)
            pen.ellipse(square(width * 3 // 4, height // 5, 26), fill=first)
        case _:
            for radius, fill in ((74, second), (58, paper), (44, first), (26, paper)):
                pen.ellipse(square(width // 2, height * 2 // 5, radius), fill=fill)
    lines = wrapped(seen_of(title), Face(SERIF, 24, 600), width - 32)[:3]
    top = height - 20 - 28 * len(lines)
    pen.rectangle((0, top - 12, width, height), fill=paper)
    for at, line in enumerate(lines):
        write(pen, (16, top + 28 * at), line, Face(SERIF, 24, 600), ink)
    pen.rectangle((0, 0, width - 1, height - 1), outline=PAPER, width=3)
    return cover


def square(x: int, y: int, radius: int) -> Box:
    return (x - radius, y - radius, x + radius, y + radius)


# --- Letters --------------------------------------------------------------------------


def write_fitting(
    pen: ImageDraw.ImageDraw,
    top: int,
    text: str,
    family: str,
    size: int,
    fill: str,
    room: int,
) -> int:
    """As large as fits, else in two lines; what does not fit those is cut. Where it
    ends below.
    """
    text = seen_of(text)
    while size > SMALLEST and length(text, Face(family, size, 500)) > room:
        size -= 8
    chosen = Face(family, size, 500)
    lines = wrapped(text, chosen, room)
    for at, line in enumerate(lines[:MOST_LINES]):
        is_cut = at == MOST_LINES - 1 < len(lines) - 1
        write(pen, (MARGIN, top), cut(line, chosen, room, is_cut=is_cut), chosen, fill)
        top += round(size * 1.15)
    return top


def cut(line: str, chosen: Face, room: int, *, is_cut: bool) -> str:
    if not is_cut and length(line, chosen) <= room:
        return line
    while line and length(f"{line}…", chosen) > room:
        line = line[:-1]
    return f"{line.rstrip()}…"


def write(
    pen: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    chosen: Face,
    fill: str,
) -> None:
    x, y = at
    base = y + font(chosen).getmetrics()[0]
    for part, with_font in runs(text, chosen):
        pen.text((x, base), part, fill=fill, font=with_font, anchor="ls")
        x += with_font.getlength(part)


def length(text: str, chosen: Face) -> float:
    return sum(with_font.getlength(part) for part, with_font in runs(text, chosen))


def wrapped(text: str, chosen: Face, room: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and length(longer, chosen) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return [line for line in lines if line]


def runs(text: str, chosen: Face) -> Iterator[tuple[str, Font]]:
    """The text in parts, each with a font that has its letters."""
    for name, letters in groupby(text, font_with):
        if name in OURS:
            yield "".join(letters), font(chosen, name)
        elif name:
            yield "".join(letters), fallback(name, chosen.size)


@lru_cache(20_000)
def font_with(letter: str) -> str:
    """One of OURS, which all our families have, or of FALLBACKS; "" for none."""
    looked_at = Face(SANS, LOOKED_AT, 400)
    if letter.isspace():
        return LATIN
    for name in OURS:
        if has(font(looked_at, name), letter):
            return name
    there = (name for name in FALLBACKS if is_there(name))
    return next((n for n in there if has(fallback(n, LOOKED_AT), letter)), "")


def has(one: Font, letter: str) -> bool:
    return shape(one, letter) != shape(one, NO_LETTER)


def shape(one: Font, letter: str) -> tuple[bytes, object]:
    return bytes(one.getmask(letter)), one.getbbox(letter)


def seen_of(text: str) -> str:
    """What of a text can be drawn, on one line; nothing, if that is less than half."""
    text = re.sub(r"\s+", " ", text).strip()
    can = "".join(filter(font_with, text)).strip()
    return can if len(can) * 2 >= len(text) else ""


def font(face: Face, letters: str = LATIN) -> Font:
    fonts = held_fonts()
    key = (*face, letters)
    if key not in fonts:
        fonts[key] = load(face, letters)
    return fonts[key]


def load(face: Face, letters: str) -> Font:
    """Pillow's own font, where its FreeType reads no WOFF2 (that of some systems)."""
    name = f"{face.family}-{letters}.woff2"
    try:
        found = ImageFont.truetype(
            Path(settings.BASE_DIR, "static/fonts", name), face.size
        )
        found.set_variation_by_axes([face.weight])
    except OSError:
        found = cast("Font", ImageFont.load_default(face.size))
    return found


def fallback(name: str, size: int) -> Font:
    fonts = held_fonts()
    if (name, size) not in fonts:
        fonts[name, size] = ImageFont.truetype(name, size)
    return fonts[name, size]


@lru_cache
def is_there(name: str) -> bool:
    try:
        ImageFont.truetype(name, LOOKED_AT)
    except OSError:
        return False
    return True


def held_fonts() -> dict[tuple[object, ...], Font]:
    if not hasattr(own, "fonts"):
        own.fonts = {}
    found: dict[tuple[object, ...], Font] = own.fonts
    return found
