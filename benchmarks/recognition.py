"""Whether rows of tables are recognised as the title that they mean.

    python -m benchmarks.recognition [CATALOGUE] [LIST …] [--all]

300 labelled rows (recognition_rows.csv): a name, and of type, year, number of episodes
and other names what a row may have. The label is the MyAnimeList id that is meant,
`ask` where nobody could tell it, `none` where it is no title of the catalogue. The
rules were made with the rows of part `own` in view, and without those of `unseen`.

Against a whole catalogue, and lists of trackers without their ids, where their files
are given; else against the titles of recognition_titles.jsonl, which have names in
common with the rows. The database is a temporary SQLite file.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROWS, TITLES = HERE / "recognition_rows.csv", HERE / "recognition_titles.jsonl"
MANY = 20_000
Row = dict[str, str]
Result = tuple[Row, Any, str]  # the row, what was found, and whether that is right


def labelled() -> list[Row]:
    with ROWS.open(newline="") as file:
        return list(csv.DictReader(file))


def record_of(row: Row) -> Any:
    from collections_app.transfer.records import Record

    return Record(
        1,
        row["name"],
        names=[name for name in row["other_names"].split(" | ") if name],
        format=row["type"] or None,
        year=int(row["year"]) if row["year"] else None,
        episodes=int(row["episodes"]) if row["episodes"] else None,
    )


def verdict(label: str, found: Any) -> str:
    """right, wrong, or asked: of `ask` and `none` to choose no title is right."""
    if found.anime_id is None:
        return "asked" if label.isdecimal() else "right"
    return "right" if str(found.anime_id) == label else "wrong"


def judged(rows: list[Row]) -> list[Result]:
    from collections_app.imports.recognition import recognise

    found = recognise([record_of(row) for row in rows])
    return [
        (row, one, verdict(row["label"], one))
        for row, one in zip(rows, found, strict=True)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recognition")
    parser.add_argument("catalogue", type=Path, nargs="?", default=TITLES)
    parser.add_argument("lists", type=Path, nargs="*")
    parser.add_argument("--all", action="store_true", help="name what is asked, too")
    wanted = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="recognition-")
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
    os.environ["DJANGO_SETTINGS_MODULE"] = "animecollections.settings"
    sys.path.insert(0, str(HERE.parent))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("import_catalog", str(wanted.catalogue), verbosity=0)
    print("\n| rows | of | right | wrong | asked |\n|---|---|---|---|---|")
    results = judged(labelled())
    for part in ("own", "unseen", "all"):
        tell(part, [r for r in results if part in ("all", r[0]["part"])])
    for path in wanted.lists:
        tell_list(path.name, path)
    for row, one, outcome in results:
        if outcome == "wrong" or (wanted.all and outcome == "asked"):
            print(f"{outcome}: {dict(row)}, found {one.anime_id}: {one.reason}")
    time_many()


def tell(part: str, results: list[Result]) -> None:
    counts = Counter(outcome for *_, outcome in results)
    figures = [len(results), *(counts[word] for word in ("right", "wrong", "asked"))]
    print(f"| {part} | {' | '.join(map(str, figures))} |")


def tell_list(name: str, path: Path) -> None:
    """A real list without its ids; titles that the catalogue lacks are `none`."""
    from collections_app import transfer
    from collections_app.imports.recognition import recognise
    from collections_app.models import Anime
    from collections_app.transfer.records import Record

    known = set(Anime.objects.values_list("mal_id", flat=True))
    rows = transfer.read(path.read_bytes()).rows
    records = [row for row in rows if isinstance(row, Record) and "mal" in row.ids]
    found = recognise([replace(record, ids={}) for record in records])
    labels = [
        record.ids["mal"] if int(record.ids["mal"]) in known else "none"
        for record in records
    ]
    tell(
        name,
        [
            ({}, one, verdict(label, one))
            for label, one in zip(labels, found, strict=True)
        ],
    )


def time_many() -> None:
    from collections_app.imports.recognition import recognise
    from collections_app.models import Anime
    from collections_app.transfer.records import Record

    titles = Anime.objects.values_list("title", "format", "episodes")[:MANY]
    records = [Record(1, name, format=kind, episodes=n) for name, kind, n in titles]
    began = time.process_time()
    recognise(records)
    print(f"\n{len(records):,} rows: {time.process_time() - began:.2f} s CPU")


if __name__ == "__main__":
    main()
