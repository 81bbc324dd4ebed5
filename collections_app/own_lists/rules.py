"""The rules of a smart list, as they are written: conditions joined by all, any, not.

    {"from": "watch_list", "type": "Completed",
     "any": [{"genre": "Drama"}, {"score_min": 9}], "not": {"tag": "seen twice"}}

All keys of one object hold at once. `all` and `any` have arrays of such objects, `not`
has one; every other key is a parameter of the address that the titles are from, with
the value or values that it takes there. No database: what conditions find is in
watch_list/smart_lists.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from animecollections.api.errors import ApiError
from animecollections.api.parameters import SHOWN, Parameter, without_case
from collections_app.catalogue.folding import fold_query
from collections_app.catalogue.search.queries import MOST_SCANNED
from collections_app.catalogue.search.queries import Kind as WordKind

Kind = Literal["manual", "smart"]
MANUAL: Kind = "manual"
SMART: Kind = "smart"
KINDS: tuple[Kind, ...] = (MANUAL, SMART)
Joint = Literal["all", "any", "not"]
Rules = Mapping[str, Any]
JOINTS: tuple[Joint, ...] = ("all", "any", "not")
FROM = "from"
WATCH_LIST, CATALOGUE = "watch_list", "catalogue"
SOURCES = (WATCH_LIST, CATALOGUE)
MOST_VALUES = 30  # of all conditions together
MOST_OF_TEXT = 4  # each is looked for in every name, or in all notes
MOST_WORDS = 6  # of all searches: each is looked for in the names of each title
DEEPEST = 5
TEXTS = ("search", "notes")
THE_RULES = "The rules"


@dataclass(frozen=True, slots=True)
class Condition:
    """One parameter with its value, as the address would read it."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Group:
    """Rules of which all hold, or any; or not all."""

    joint: Joint
    parts: tuple["Condition | Group", ...]


class RulesError(ValueError):
    """A sentence that names the fault and where it is."""


@dataclass(slots=True)
class Reader:
    """Reads rules by the parameters of their address, within the bounds."""

    parameters: Mapping[str, Parameter]
    values: int = 0
    of_text: int = 0
    words: int = 0
    short_words: int = 0

    def read_group(self, said: object, place: str, depth: int) -> Group:
        """An object: all of its keys."""
        if not isinstance(said, Mapping) or not all(
            isinstance(key, str) for key in said
        ):
            raise RulesError(f"{place or THE_RULES}: Send an object with conditions.")
        if not said:
            raise RulesError(f"{place or THE_RULES}: Send at least one condition.")
        if depth > DEEPEST:
            raise RulesError(f"{place}: Rules go {DEEPEST} levels deep at most.")
        parts = (
            self.read_part(name, value, f"{place}.{name}".lstrip("."), depth)
            for name, value in said.items()
        )
        return Group("all", tuple(parts))

    def read_part(
        self, name: str, value: object, place: str, depth: int
    ) -> Condition | Group:
        if name == "not":
            return Group("not", (self.read_group(value, place, depth + 1),))
        if name in ("all", "any"):
            joint: Joint = "all" if name == "all" else "any"
            if not isinstance(value, list) or not value:
                raise RulesError(f"{place}: Send an array with at least one object.")
            parts = (
                self.read_group(one, f"{place}[{index}]", depth + 1)
                for index, one in enumerate(value)
            )
            return Group(joint, tuple(parts))
        return self.read_condition(name, value, place)

    def read_condition(self, name: str, value: object, place: str) -> Condition:
        if name not in self.parameters:
            raise RulesError(f"{place[: 4 * SHOWN]}: {self.unknown(name)}")
        self.values += len(value) if isinstance(value, list) else 1
        self.of_text += name in TEXTS
        if self.values > MOST_VALUES:
            raise RulesError(f"{place}: Send at most {MOST_VALUES} values in all.")
        if self.of_text > MOST_OF_TEXT:
            raise RulesError(
                f"{place}: Send at most {MOST_OF_TEXT} of {' and '.join(TEXTS)}."
            )
        try:
            read = self.parameters[name].read(texts_of(value))
        except ApiError as error:
            [sentences] = (error.fields or {name: [str(error)]}).values()
            raise RulesError(f"{place}: {sentences[0]}") from None
        if read is None:
            raise RulesError(f"{place}: Send a value.")
        if name == "search":
            self.count_words(read, place)
        return Condition(name, read)

    def count_words(self, text: str, place: str) -> None:
        """A text without words would be no condition: everything fits."""
        words = dict.fromkeys(fold_query(text).split())
        if not words:
            raise RulesError(f"{place}: Send a value.")
        self.words += len(words)
        self.short_words += sum(WordKind.of(word) != WordKind.LONG for word in words)
        if self.words > MOST_WORDS:
            raise RulesError(f"{place}: Send at most {MOST_WORDS} words in all.")
        if self.short_words > MOST_SCANNED:
            raise RulesError(
                f"{place}: Send at most {MOST_SCANNED} words of one or two letters."
            )

    def unknown(self, name: str) -> str:
        known = [*self.parameters, *JOINTS]
        plain = {without_case(other): other for other in known}
        close = get_close_matches(without_case(name[:SHOWN]), plain, n=1)
        nearest = f"Did you mean {plain[close[0]]}? " if close else ""
        return f"There is no such condition. {nearest}Choose from {', '.join(known)}."


def read_rules(
    rules: Rules, parameters_of: Mapping[str, Mapping[str, Parameter]]
) -> Group:
    """The rules with typed values; RulesError for what they cannot mean.

    parameters_of: by where titles are from, the parameters that narrow there.
    """
    if not isinstance(rules, Mapping):
        raise RulesError(f"{THE_RULES}: Send an object with conditions.")
    source = source_of(rules)
    said = {name: value for name, value in rules.items() if name != FROM}
    return Reader(parameters_of[source]).read_group(said, "", 1)


def kind_of(rules: object) -> Kind:
    """A list that has rules is a smart one; it has no items of its own."""
    return SMART if rules else MANUAL


def source_of(rules: Rules) -> str:
    source = rules.get(FROM, WATCH_LIST)
    if source not in SOURCES:
        raise RulesError(f"{FROM}: Choose from {', '.join(SOURCES)}.")
    return str(source)


def texts_of(value: object) -> list[str]:
    """As a query says it."""
    values = value if isinstance(value, list) else [value]
    return [text_of(one) for one in values]


def text_of(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return str(value)
    return ""  # as if no value was sent


def lists_named(rules: object, place: str = "") -> Iterator[tuple[str, str]]:
    """The lists of one's own that rules which were read name, and where."""
    match rules:
        case Mapping():
            for name, value in rules.items():
                inner = f"{place}.{name}".lstrip(".")
                if name == "list":
                    yield inner, texts_of(value)[0]
                elif name in JOINTS:
                    yield from lists_named(value, inner)
        case list():
            for index, one in enumerate(rules):
                yield from lists_named(one, f"{place}[{index}]")


def with_lists(rules: Any, names: Mapping[str, str]) -> Any:
    """The same rules, the lists in them called otherwise; one without another name
    keeps its own.
    """
    match rules:
        case Mapping():
            return {
                name: names.get(texts_of(value)[0], value)
                if name == "list"
                else with_lists(value, names)
                if name in JOINTS
                else value
                for name, value in rules.items()
            }
        case list():
            return [with_lists(one, names) for one in rules]
    return rules
