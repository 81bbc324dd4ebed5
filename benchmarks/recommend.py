"""What recommendations are worth: half of each person's list is hidden, and looked for.

    python benchmarks/recommend.py RATINGS.csv.gz [CATALOGUE.jsonl.gz]

RATINGS has the columns person, mal_id, score; CATALOGUE (for genres and studios) is in
the JSON lines of manami-project/anime-offline-database. Prints recall and precision at
20, over all people, of

    popularity          what most lists have
    genres              titles whose genres and studios are most like those of the list
    genres, best known  the same, times the root of how many lists have the title
    pairs of titles     what the product does: collections_app/recommendations
    implicit            the library, where it is installed: `pip install implicit`

Needs no database and no settings.
"""

import csv
import gzip
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from collections_app.recommendations.similarity import (
    Facts,
    Lists,
    closeness,
    merged,
    points,
    scores,
)

SHOWN = 20
ROUNDS = 3
Taste = dict[int, int]  # scores of titles
People = dict[str, Taste]
Ranking = Callable[[str, Taste], list[int]]


def read_ratings(path: str) -> People:
    people: People = {}
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            people.setdefault(row["person"], {})[int(row["mal_id"])] = int(row["score"])
    return people


def read_marks(path: str) -> dict[int, set[object]]:
    """Genres and studios by MyAnimeList id."""
    marks: dict[int, set[object]] = {}
    with gzip.open(path, "rt") as file:
        for title in map(json.loads, file):
            for source in title.get("sources", ()):
                if source.startswith("https://myanimelist.net/anime/"):
                    id_ = int(source.rsplit("/", 1)[1])
                    studios = {("studio", name) for name in title["studios"]}
                    marks[id_] = {*title["tags"], *studios}
    return marks


def halves(people: People, seed: int) -> tuple[People, People]:
    """What is seen of each list, and what is hidden."""
    rng = random.Random(seed)  # noqa: S311
    seen: People = {}
    hidden: People = {}
    for person, taste in people.items():
        titles = rng.sample(sorted(taste), len(taste))
        half = len(titles) // 2
        hidden[person] = {title: taste[title] for title in titles[:half]}
        seen[person] = {title: taste[title] for title in titles[half:]}
    return seen, hidden


def best(worth: Any, seen: Taste) -> list[int]:
    new = (title for title in worth if title not in seen)
    return sorted(new, key=lambda title: (-worth[title], title))[:SHOWN]


def popularity(seen: People) -> Ranking:
    lists = on_lists(seen)
    return lambda _, taste: best(lists, taste)


def on_lists(seen: People) -> Counter[int]:
    return Counter(title for taste in seen.values() for title in taste)


def by_genres(
    marks: dict[int, set[object]], power: float
) -> Callable[[People], Ranking]:
    def learn(seen: People) -> Ranking:
        lists = on_lists(seen)
        facts = Facts.of({one: marks.get(one, set()) for one in lists}, lists)

        def rank(_: str, taste: Taste) -> list[int]:
            liked: Counter[object] = Counter()
            for title in taste:
                liked.update(facts.vectors[title])
            alike = {
                title: sum(liked[mark] * weight for mark, weight in vector.items())
                * lists[title] ** power
                for title, vector in facts.vectors.items()
            }
            return best(alike, taste)

        return rank

    return learn


def by_pairs(marks: dict[int, set[object]]) -> Callable[[People], Ranking]:
    def learn(seen: People) -> Ranking:
        rng = random.Random(1)  # noqa: S311
        lists = Lists()
        for taste in seen.values():
            lists.add(taste, rng)
        facts = Facts.of(marks, on_lists(seen)) if marks else None
        similar = {
            title: merged(
                lists.similar_to(title, rng), facts.similar_to(title) if facts else ()
            )
            for title in lists.people
        }
        close = {title: closeness(found) for title, found in similar.items()}

        def rank(_: str, taste: Taste) -> list[int]:
            found = scores(dict.fromkeys(taste, 1.0), similar)
            ordered = {
                one: points(added, close.get(one, 1)) for one, added in found.items()
            }
            return best(ordered, taste)

        return rank

    return learn


def by_library(make: Callable[[Any], Any]) -> Callable[[People], Ranking]:
    def learn(seen: People) -> Ranking:
        import implicit
        from scipy.sparse import csr_matrix

        titles = sorted(on_lists(seen))
        place = {title: index for index, title in enumerate(titles)}
        rows = [(i, place[t]) for i, taste in enumerate(seen.values()) for t in taste]
        ones = [1.0] * len(rows)
        matrix = csr_matrix((ones, tuple(zip(*rows, strict=True))), dtype="float32")
        model = make(implicit)
        model.fit(matrix, show_progress=False)
        people = {person: index for index, person in enumerate(seen)}

        def rank(person: str, _: Taste) -> list[int]:
            index = people[person]
            ids, _ = model.recommend(index, matrix[index], N=SHOWN)
            return [titles[one] for one in ids if one >= 0]

        return rank

    return learn


def bm25(implicit: Any) -> Any:
    return implicit.nearest_neighbours.BM25Recommender(
        K=30, K1=100, B=0.5, num_threads=1
    )


def als(implicit: Any) -> Any:
    return implicit.als.AlternatingLeastSquares(
        factors=16,
        regularization=10,
        alpha=5,
        iterations=15,
        random_state=1,
        num_threads=1,
    )


def ways(
    marks: dict[int, set[object]],
) -> Iterator[tuple[str, Callable[[People], Ranking]]]:
    yield "popularity", popularity
    if marks:
        yield "genres", by_genres(marks, 0)
        yield "genres, best known", by_genres(marks, 0.5)
    yield "pairs of titles (ours)", by_pairs(marks)
    try:
        import implicit  # noqa: F401
    except ImportError:
        return
    yield "implicit, BM25 of titles", by_library(bm25)
    yield "implicit, ALS", by_library(als)


def measure(learn: Callable[[People], Ranking], people: People) -> str:
    recall = precision = liked = 0.0
    number = 0
    shown: set[int] = set()
    began = time.monotonic()
    for seed in range(1, ROUNDS + 1):
        seen, hidden = halves(people, seed)
        rank = learn(seen)
        for person, wanted in hidden.items():
            if not wanted:
                continue
            found = rank(person, seen[person])[:SHOWN]
            mean = sum(wanted.values()) / len(wanted)
            hits = [title for title in found if title in wanted]
            number += 1
            recall += len(hits) / len(wanted)
            precision += len(hits) / SHOWN
            liked += sum(wanted[title] >= mean for title in hits) / SHOWN
            shown.update(found)
    figures = (recall / number, precision / number, liked / number)
    told = " | ".join(f"{figure:.3f}" for figure in figures)
    return f"{told} | {len(shown):,} | {time.monotonic() - began:.0f}"


def main() -> None:
    people = read_ratings(sys.argv[1])
    marks = read_marks(sys.argv[2]) if len(sys.argv) > 2 else {}
    titles = sum(map(len, people.values()))
    print(f"{len(people)} people, {titles:,} scores, half of each list hidden\n")
    print("| by | recall | precision | … that they liked | titles | s |")
    print("|---|---|---|---|---|---|")
    for name, learn in ways(marks):
        print(f"| {name} | {measure(learn, people)} |", flush=True)


if __name__ == "__main__":
    main()
