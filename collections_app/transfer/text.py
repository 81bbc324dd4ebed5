"""From the bytes of a table to its text, whatever program saved it.

UTF-8 is the rule. A file that is not in it is taken for Japanese (Shift-JIS) where that
gives kana, or for Western European (Windows-1252) where it looks like nothing else.
"""

import re

from .records import READ_HERE, UnsupportedFileError

KANA = re.compile("[\u3041-\u30ff]")
# What Shift-JIS makes of other encodings' letters.
NOT_JAPANESE = re.compile("[\uff61-\uff9f\ue000-\uf8ff]")
# In Western European text no more than two of its own letters or signs stand together;
# in others' encodings whole words do.
LONG_RUN = re.compile(rb"[\x80-\xff]{3}")
# Codes of Windows-1252 that are no code of Latin-1.
SIGNS = {
    ord(bytes([code]).decode("cp1252")): code
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
# Letters that nobody writes: two bytes that are UTF-8 by chance give these.
UNLIKELY = re.compile("[\u0180-\u02af]")


def decoded(data: bytes) -> tuple[str, list[str]]:
    """The text, and a warning where its encoding is inferred.

    Raises UnsupportedFileError where no encoding fits.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return _of_old(data, error.start)
    return text, []


def _of_old(data: bytes, wrong_at: int) -> tuple[str, list[str]]:
    for name, encoding, fits in (
        ("Shift-JIS", "cp932", _is_japanese),
        ("Windows-1252", "cp1252", _is_western),
    ):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and fits(text, data):
            warning = (
                f"The file is not in UTF-8: it was read as {name}. If letters are "
                "wrong, save it as “CSV UTF-8”."
            )
            return text, [warning]
    raise UnsupportedFileError(
        f"We couldn't recognise this file. It is not in UTF-8 (byte {wrong_at:,}): "
        f"from a spreadsheet, save it as “CSV UTF-8”. {READ_HERE}"
    )


def _is_japanese(text: str, data: bytes) -> bool:
    """Whether it has kana, or whole words of kanji that are common in Japan alone."""
    if NOT_JAPANESE.search(text):
        return False
    if KANA.search(text):
        return True
    letters = {letter.encode("cp932")[0] for letter in set(text) if letter > "\x7f"}
    return bool(LONG_RUN.search(data)) and all(code < 0xA0 for code in letters)


def _is_western(text: str, data: bytes) -> bool:
    is_text = not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    return is_text and not LONG_RUN.search(data)


def decoded_once_more(text: str) -> tuple[str, list[str]]:
    """UTF-8 that a program took for Windows-1252 and saved as UTF-8 again, undone.

    A text that means what it says is hardly ever UTF-8 when its letters are bytes. Not
    for our own files, which must come back letter by letter: their mark at the start
    keeps programs from this mistake.
    """
    if text.isascii():
        return text, []
    try:
        meant = text.translate(SIGNS).encode("latin-1").decode()
    except UnicodeError:
        return text, []
    if UNLIKELY.search(meant):
        return text, []
    return meant, [
        "The file's letters were encoded twice (Ã© for é): this was corrected."
    ]
