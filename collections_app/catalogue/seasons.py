"""Which season of a series a name says, in one form of words for all ways to write it.

"2nd Season", "Season II", "s2", "第2期", "シーズン2" and a last "2" or "II" all become
`season2`; "Part 2" and "Cour 2" become `part2`. Names and what people search for go
through the same function, so both meet; the text is folded before.
"""

import re
from collections.abc import Callable
from functools import lru_cache

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth",
    "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_HAN = "一二三四五六七八九十"
_FORMAL_HAN = "壱弐参"
_NUMBERS = {
    **{str(number): number for number in range(1, 100)},
    **{f"0{number}": number for number in range(1, 10)},
    **{
        word: number
        for words in (_WORDS, _ORDINALS, _ROMAN, _HAN, _FORMAL_HAN)
        for number, word in enumerate(words, 1)
    },
}
_LAST = ("final", "last", "ふぁいなる")

_ORDINAL = rf"(\d{{1,2}}) ?(?:st|nd|rd|th)|({'|'.join((*_ORDINALS, *_LAST[:2]))})"
_CARDINAL = rf"(\d{{1,2}}|{'|'.join((*_WORDS, *_ROMAN))})"
_PARTS = "parts?|pt|cours?|half|くーる"
_BEFORE, _AFTER = r"(?<![a-z0-9])", r"(?![a-z0-9])"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}(?:{text}){_AFTER}")


_SEASONS = (
    _pattern(rf"(?:the )?(?:{_ORDINAL}) (?:season|series)"),
    _pattern(rf"(?:the )?(?:season|series) ?{_CARDINAL}"),
    _pattern(r"s(\d{1,2})|r(2)"),
    re.compile(
        rf"第? ?(\d{{1,2}}|[{_HAN}{_FORMAL_HAN}]) ?(?:期|季|기|시즌|しーずん|しりーず)"
    ),
    re.compile(rf"{_BEFORE}(\d{{1,2}}) ?(?:st|nd|rd|th) ?しーずん"),
    re.compile(r"(?:しーずん|시즌) ?(\d{1,2}|[ivx]+)(?![a-z0-9])"),
    re.compile(r"(ふぁいなる) ?しーずん"),
)
_PARTED = (
    _pattern(rf"(?:the )?(?:{_ORDINAL}) (?:{_PARTS})"),
    _pattern(rf"(?:{_PARTS}) ?{_CARDINAL}"),
    re.compile(r"第? ?(\d{1,2}) ?くーる"),
)
# A number that ends a name, or stands before its part: "Overlord IV", "86 2 part 3".
_ENDING = re.compile(
    r"(?<=\w) ?(?<![a-z0-9])([2-9]|ii|iii|iv|v|vi|vii|viii|ix)(?= part\d|$)"
)
# A Roman number of more letters than one says so within a name too.
_WITHIN = re.compile(r"(?<=\w) (ii|iii|iv|vi|vii|viii)(?= )")
# What is numbered, but is no season.
_NUMBERED = {
    "movie", "film", "ova", "ona", "oad", "special", "specials", "episode", "ep",
    "vol", "volume", "no", "number", "chapter", "act", "stage", "世", "編", "章",
}  # fmt: skip
_FIRST = re.compile(r" ?(?:season|part)1(?= |$)")
_OF = re.compile(r"((?:season|part)\w+) (?:(?:of|の) )+")
MARK = re.compile(r"(?:^|(?<= ))(?:season|part)(?:\d{1,2}|final)(?= |$)")


@lru_cache(maxsize=4096)
def with_marks(folded: str) -> str:
    """A folded text with what it says of season and part as `season2`, `part2`.

    A first season or part is not marked: no title says so, and people mean the title.
    What is nothing but marks stays as it is. A write of a title asks several times.
    """
    text = folded
    for pattern in _SEASONS:
        text = pattern.sub(_as_season, text)
    for pattern in _PARTED:
        text = pattern.sub(_as_part, text)
    text = " ".join(text.split())
    if "season" not in text:
        text = _number(text)
    text = _OF.sub(r"\1 ", _FIRST.sub("", text)).strip()
    return text if without_marks(text) else folded


def _mark(word: str) -> Callable[[re.Match[str]], str]:
    def marked(match: re.Match[str]) -> str:
        said = next(filter(None, match.groups()))
        number = "final" if said in _LAST else _NUMBERS.get(said)
        return f" {word}{number} " if number else match[0]

    return marked


_as_season, _as_part = _mark("season"), _mark("part")


def _number(text: str) -> str:
    for pattern in (_ENDING, _WITHIN):
        if match := pattern.search(text):
            before = text[: match.start()]
            if before.split()[-1] in _NUMBERED:
                return text
            number = _NUMBERS[match[1]]
            return f"{before} season{number}{text[match.end() :]}"
    return text


def marks(marked: str) -> list[str]:
    return MARK.findall(marked)


def without_marks(marked: str) -> str:
    return " ".join(MARK.sub("", marked).split())
