"""The names that search finds a title by, derived of what the catalogue calls it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from collections_app.catalogue.folding import fold
from collections_app.catalogue.models import NameKind
from collections_app.catalogue.seasons import marks, with_marks, without_marks

if TYPE_CHECKING:
    from collections_app.catalogue.facts import Facts

LONGEST_NAME = 500
# Names of more words than this nobody types without their spaces.
MOST_JOINED_WORDS = 4
# Words of a title that an abbreviation can stand for.
MOST_SHORTENED_WORDS = 12


YEAR = re.compile(r" (?:tv|(?:19|20)\d\d)$")
LETTERS = re.compile(r"(?<![^ ])[a-z](?: [a-z])+(?![^ ])")


class Name(NamedTuple):
    """A name of a title as it is stored.

    spelled: how the catalogue writes it, in lines, where that is not the text itself;
    of an abbreviation, empty where the catalogue does not know it.
    """

    kind: NameKind
    spelled: str = ""


Names = dict[str, Name]
# By a name, folded: the titles of that name, and what people call each in short.
Abbreviations = Mapping[str, Mapping[int, Sequence[str]]]


def search_names(
    facts: "Facts",
    anime_id: int | None = None,
    abbreviations: Abbreviations | None = None,
) -> Names:
    """By their text, folded: all names of the title with these facts.

    abbreviations: those of all titles; for its own ones its id is needed.
    """
    names = own_names(facts)
    plain = list(names)
    derived = list(dict.fromkeys((*all_marked(plain), *with_acronyms(plain))))
    short = list(shortened([*plain, *derived], anime_id, abbreviations or {}))
    for name, is_own in short:
        if is_own:
            is_known = name in plain
            spelled = (names[name].spelled or f"\n{name}\n") if is_known else ""
            names[name] = Name(NameKind.ABBREVIATION, spelled)
    for name in (*derived, *(name for name, _ in short)):
        names.setdefault(name, Name(NameKind.DERIVED))
    own_short = (name for name, is_own in short if is_own)
    for name in map(join, [*plain, *derived, *own_short]):
        names.setdefault(name, Name(NameKind.JOINED))
    names.pop("", None)
    return names


def own_names(facts: "Facts") -> Names:
    """What the catalogue calls it, the title first."""
    said = (facts["title"], facts["english_title"], facts["native_title"])
    spellings: dict[str, list[str]] = {}
    more = (*facts["synonyms"], *facts.get("names_elsewhere", ()))
    for name in filter(None, (*said, *more)):
        if folded := fold_name(name):
            spellings.setdefault(folded, []).append(spell(name))
    title = fold_name(facts["title"])
    return {
        folded: Name(
            NameKind.TITLE if folded == title else NameKind.NAME,
            lines(folded, dict.fromkeys(spelled)),
        )
        for folded, spelled in spellings.items()
    }


def fold_name(name: str) -> str:
    return fold(name)[:LONGEST_NAME].strip()


def spell(text: str) -> str:
    """A name with its punctuation and accents, as "K-On!" is not "K-On!!"."""
    normalised = unicodedata.normalize("NFKC", text).casefold()
    if not normalised.isprintable():
        plain = (letter if letter.isprintable() else " " for letter in normalised)
        normalised = "".join(plain)
    return " ".join(normalised.split())[:LONGEST_NAME]


def lines(folded: str, spelled: Iterable[str]) -> str:
    """Between line breaks, so that a whole spelling can be looked for."""
    spelled = list(spelled)
    return "" if spelled == [folded] else "\n".join(["", *spelled, ""])


def all_marked(folded: Iterable[str]) -> Iterator[str]:
    """Names that say the season in the one form of words. What one name of a title
    says ("Season 2") holds of those that do not, unless two of them contradict.
    """
    marked = {name: with_marks(name) for name in folded}
    seasons = {mark for name in marked.values() for mark in marks(name)}
    is_clear = len({mark.rstrip("0123456789") for mark in seasons}) == len(seasons)
    missing = " ".join(sorted(seasons, reverse=True)) if is_clear else ""
    for name, said in marked.items():
        if said != name:
            yield said
        elif missing and not marks(said):
            yield f"{said} {missing}"[:LONGEST_NAME].strip()


def with_acronyms(folded: Iterable[str]) -> Iterator[str]:
    """Names that have letters with dots between, without: "nhk" of "N.H.K."."""
    for name in folded:
        joined = LETTERS.sub(lambda letters: letters[0].replace(" ", ""), name)
        if joined != name and " " in joined:
            yield joined


def shortened(
    names: Iterable[str], anime_id: int | None, abbreviations: Abbreviations
) -> Iterator[tuple[str, bool]]:
    """Names with what they begin with in short ("aot season3" of "Attack on Titan
    Season 3"), each with whether the short name is the title's own.
    """
    for name in names:
        for start in starts(name):
            rest = name[len(start) :]
            for of_id, short in abbreviations.get(start, {}).items():
                if rest or of_id == anime_id:
                    for abbreviation in short:
                        yield with_marks(abbreviation + rest)[:LONGEST_NAME], not rest


def starts(name: str) -> Iterator[str]:
    """The words that a name begins with, all of them first, then ever fewer."""
    start = " ".join(name.split(" ", MOST_SHORTENED_WORDS)[:MOST_SHORTENED_WORDS])
    while start:
        yield start
        start = start.rpartition(" ")[0]


def without_year(name: str) -> str:
    """As its sequels begin: the name of "Hunter x Hunter (2011)", of "JoJo … (TV)"."""
    return YEAR.sub("", name)


def join(name: str) -> str:
    """Without the spaces between its words, but before its marks; "" of a long one."""
    base = without_marks(name)
    if base.count(" ") >= MOST_JOINED_WORDS:
        return ""
    return " ".join([base.replace(" ", ""), *marks(name)])
