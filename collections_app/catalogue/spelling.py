"""Words as the catalogue's names spell them, for searches that find nothing."""

import threading
import time
from collections import Counter
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from collections_app.models.catalogue import SearchName

SHORTEST, LONGEST = 4, 30
TWO_SLIPS_FROM = 8  # letters, from which on a word may have two slips
MOST_NEAR = 8
OLD_SECONDS = 60


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

    def near(self, word: str) -> list[str]:
        """Other words that it may have been meant as, the likeliest first: a letter too
        many, too few or another, or two that changed places.
        """
        if not SHORTEST <= len(word) <= LONGEST:
            return []
        slips = 2 if len(word) >= TWO_SLIPS_FROM else 1
        close = process.extract(
            word, self.words, scorer=OSA.distance, score_cutoff=slips, limit=None
        )
        ranked = sorted(
            (distance, -self.counts[found], found) for found, distance, _ in close
        )
        return [found for _, _, found in ranked if found != word][:MOST_NEAR]


class _Held(NamedTuple):
    vocabulary: Vocabulary
    revision: int
    since: float


_held: list[_Held] = []
_lock = threading.Lock()


def vocabulary(revision: int) -> Vocabulary:
    """Read when first needed (a tenth of a second for 25,000 titles) and held in the
    process; anew once the catalogue has changed, but not in every breath of an import.
    """
    with _lock:
        if _held:
            found, known_revision, since = _held[0]
            is_old = time.monotonic() - since > OLD_SECONDS
            if revision == known_revision or not is_old:
                return found
        _held[:] = [_Held(Vocabulary.read(), revision, time.monotonic())]
        return _held[0].vocabulary


def forget() -> None:
    _held.clear()
