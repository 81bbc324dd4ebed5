"""Words as the catalogue's names spell them, for searches that find nothing."""

import threading
import time
from collections import Counter
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from collections_app.catalogue.models import SearchName
from collections_app.catalogue.seasons import MARK

SHORTEST, LONGEST = 3, 30
MOST_SLIPS = 2
# Letters from which on a word may have two slips, and from which on it commonly has.
TWO_SLIPS_FROM, TWO_COMMON_FROM = 5, 7
MOST_NEAR = 40
OLD_SECONDS = 60


class Near(NamedTuple):
    """A word that another may have been meant as; the smaller the likelier."""

    slips: int
    begins_otherwise: bool
    rareness: int
    word: str

    def is_within(self, slips: int | None) -> bool:
        """Whether it takes at most so many slips, or as few as are common."""
        is_common = self.slips == 1 or len(self.word) >= TWO_COMMON_FROM
        return is_common if slips is None else self.slips <= slips


class Vocabulary:
    """Every word of every name, and how many names have it."""

    def __init__(self, names: Counter[str]) -> None:
        self.counts = names
        self.words = list(names)

    @classmethod
    def read(cls) -> "Vocabulary":
        counts: Counter[str] = Counter()
        names = SearchName.objects.order_by().values_list("name", flat=True)
        for name in names.iterator(chunk_size=5000):
            counts.update(word for word in name.split() if len(word) <= LONGEST)
        return cls(counts)

    def has_part(self, word: str) -> bool:
        return word in self.counts or any(word in other for other in self.words)

    def near(self, word: str) -> list[Near]:
        """Other words that it may have been meant as, the likeliest first: a letter too
        many, too few or another, or two that changed places.
        """
        if not SHORTEST <= len(word) <= LONGEST or MARK.fullmatch(word):
            return []
        slips = MOST_SLIPS if len(word) >= TWO_SLIPS_FROM else 1
        close = process.extract(
            word, self.words, scorer=OSA.distance, score_cutoff=slips, limit=None
        )
        others = (
            Near(int(distance), found[0] != word[0], -self.counts[found], found)
            for found, distance, _ in close
            if found != word
        )
        return sorted(others)[:MOST_NEAR]


class _Held(NamedTuple):
    vocabulary: Vocabulary
    revision: int
    since: float

    def serves(self, revision: int) -> bool:
        return revision == self.revision or time.monotonic() - self.since <= OLD_SECONDS


_held: list[_Held] = []
_lock = threading.Lock()


def vocabulary(revision: int) -> Vocabulary:
    """Read when first needed (a tenth of a second for 25,000 titles) and held in the
    process; again once the catalogue has changed, not during an import.

    One thread reads. Meanwhile others go on with the words of before, if there are any:
    a slow database then holds no other thread.
    """
    held = _held[0] if _held else None
    if held is not None and held.serves(revision):
        return held.vocabulary
    if not _lock.acquire(blocking=held is None):
        return held.vocabulary  # type: ignore[union-attr]
    try:
        if not _held or not _held[0].serves(revision):
            _held[:] = [_Held(Vocabulary.read(), revision, time.monotonic())]
        return _held[0].vocabulary
    finally:
        _lock.release()


def forget() -> None:
    _held.clear()
