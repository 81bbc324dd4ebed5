"""Names folded for search: one form for what people type and what titles are called.

Case, accents, punctuation, width and the two kana are folded away; the letters of a
script that tell words apart (Han, voiced kana, Thai and Indic vowels) are kept.
"""

import re
import unicodedata

LONGEST_QUERY = 200  # letters
_APOSTROPHES = "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u2018\u2019\u201b\u2032\uff07"
_CROSSES = "\u2715\u2716\u2a09\u2a2f\u2573"
# Letters that Unicode does not decompose, though readers type them plainly.
_PLAIN = {
    "ł": "l",
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ħ": "h",
    "ı": "i",
    "ɩ": "i",
    "ȷ": "j",
    "ŧ": "t",
    "ŋ": "n",
    "ĸ": "k",
    "ɑ": "a",
    "ɡ": "g",
    "ᴁ": "ae",
    "ɶ": "oe",
    # Small capitals, which decorate names; there is none of x.
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True)),
}
# White letters in black circles and squares, and the letters of flags: a to z each.
_ALPHABETS = (0x1F150, 0x1F170, 0x1F1E6)
# Marks that only decorate a letter. The voicing marks of kana (U+3099, U+309A) and the
# vowels of Indic and Thai are marks too, and make other words: they are not here.
_DECORATION = (
    (0x0300, 0x036F),
    (0x0483, 0x0487),
    (0x0591, 0x05C7),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
    (0xE0100, 0xE01EF),
)
_KATAKANA_TO_HIRAGANA = 0x60
# What compatibility decomposition would turn into letters, or into a space and a mark.
_BEFORE: dict[int, str | None] = {
    **dict.fromkeys(map(ord, _APOSTROPHES)),
    **dict.fromkeys(map(ord, "™℠"), " "),
    **dict.fromkeys(map(ord, _CROSSES), "×"),
}
# SPY×FAMILY is said and typed "spy x family", but ×××HOLiC "xxxholic" and 3×3 "3x3".
_CROSS_BETWEEN_WORDS = re.compile(r"(?<=[^\W\d])×(?=[^\W\d])")


def _is_katakana(code: int) -> bool:
    return 0x30A1 <= code <= 0x30F6 or 0x30FD <= code <= 0x30FE


def _is_decoration(code: int) -> bool:
    return any(first <= code <= last for first, last in _DECORATION)


def _fold_character(code: int) -> str | None:
    char = chr(code)
    for first in _ALPHABETS:
        if first <= code < first + 26:
            return chr(ord("a") + code - first)
    if _is_katakana(code):
        return chr(code - _KATAKANA_TO_HIRAGANA)
    if char in _APOSTROPHES or _is_decoration(code):
        return None
    category = unicodedata.category(char)
    if category == "Cf":  # joiners and direction marks: nobody types them
        return None
    return _PLAIN.get(char, char) if category[0] in "LMN" else " "


class _Folds(dict[int, str | None]):
    """A table for str.translate that fills itself with the characters it meets."""

    def __missing__(self, code: int) -> str | None:
        folded = _fold_character(code)
        if code < 0x10000:  # bounded, whatever strangers search for
            self[code] = folded
        return folded


_FOLDS = _Folds({ord("×"): "x"})
_ASCII = {code: _fold_character(code) for code in range(128)}


def _fold_any(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_BEFORE)).casefold()
    text = unicodedata.normalize("NFKD", text).replace("m@s", "mas")
    if "×" in text:
        text = _CROSS_BETWEEN_WORDS.sub(" x ", text)
    return unicodedata.normalize("NFC", text.translate(_FOLDS))


def fold(text: str) -> str:
    """The form of a name that search compares; of symbols alone, the symbols.

    It can be longer than the name ("ß", "½", Arabic ligatures): cut it to fit a column.
    """
    if text.isascii():
        # iDOLM@STER is spelled with an @ by its makers and with an a by its viewers.
        folded = text.lower().replace("m@s", "mas").translate(_ASCII)
    else:
        folded = _fold_any(text)
    return " ".join(folded.split()) or _normalised(text)


def fold_query(text: str) -> str:
    """What a person searches for, folded and no longer than they may type.

    One letter can fold to eighteen, and a search costs by the letters it looks for.
    """
    return fold(text[:LONGEST_QUERY])[:LONGEST_QUERY].strip()


def _normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words(folded: str) -> list[str]:
    return folded.split()
