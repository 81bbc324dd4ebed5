"""manage.py import_catalog PATH"""

import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import TypedDict, Unpack

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from animecollections.ops.commands import progress_bar, status_of
from collections_app.catalogue import abbreviation_writes as abbreviations
from collections_app.catalogue.importing.run import CatalogueImport, Report
from collections_app.catalogue.importing.survey import survey
from collections_app.catalogue.matching import Key
from collections_app.catalogue.models import Anime
from collections_app.catalogue.reader import (
    SourceBroken,
    SourceUnreadable,
    name_of,
    open_source,
    read,
)

MOST_CONTESTED_SHOWN = 10
MOST_OVERRULED_SHOWN = 50


class Options(TypedDict):
    path: str
    dry_run: bool
    source: str
    complete: bool
    verbosity: int


class Command(BaseCommand):
    help = (
        "Imports a catalogue in the formats of "
        "manami-project/anime-offline-database: JSON lines or one JSON "
        "document, plain, .gz or .zst. Run it for every newer file: it never "
        "deletes titles and never changes ids."
    )
    requires_migrations_checks = True
    run: CatalogueImport | None = None

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", help="a file, an http(s) address, or - for standard input"
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="preview: count the changes, make none",
        )
        parser.add_argument(
            "--source",
            default="",
            help="name of the dataset, used to find titles that it no longer lists "
            "(default: the name in the file)",
        )
        parser.add_argument(
            "--complete",
            action="store_true",
            help="the file is complete although many titles are missing or rows were "
            "refused: mark the missing titles as gone",
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        started = time.monotonic()
        trouble, status = "", 1
        try:
            self.import_all(options)
        except SourceUnreadable as error:
            raise CommandError(str(error)) from error
        except SourceBroken as error:
            trouble = f"{error} Get the complete file, and run this again."
        except OperationalError as error:
            trouble = f"The database failed ({error}). Run this again."
        except KeyboardInterrupt as interrupt:
            trouble = "Interrupted. Run this again to continue."
            status = status_of(interrupt)
        if self.run:
            self.tell(self.run, options, time.monotonic() - started)
        if trouble:
            raise CommandError(
                f"{trouble} The titles imported so far remain, each complete; "
                "none was marked as gone.",
                returncode=status,
            )

    def import_all(self, options: Options) -> None:
        with open_source(options["path"]) as source:
            seen = survey(source)
            self.run = CatalogueImport(
                source=options["source"] or name_of(seen.about),
                seen=seen,
                dry_run=options["dry_run"],
            )
            with progress_bar(
                options["verbosity"],
                total=source.total_bytes and 2 * source.total_bytes,  # it is read twice
                unit="B",
                unit_scale=True,
            ) as bar:

                def show(titles: int) -> None:
                    bar.set_postfix_str(f"{bar.titles + titles:,} titles", False)
                    bar.titles += titles
                    bar.update(source.bytes_read() - bar.n)

                bar.titles = 0
                self.run.take(read(source.stream), show)
            if seen.fault:
                raise seen.fault
            self.run.mark_gone(is_complete=options["complete"])
            if not options["dry_run"]:
                brought_titles = bool(self.run.report.counts["new"])
                abbreviations.add_shipped(takes_revision=not brought_titles)
            self.run.refresh_statistics()

    def tell(self, run: CatalogueImport, options: Options, seconds: float) -> None:
        report = run.report
        lines = [
            sentence(report, options["dry_run"], seconds),
            *details(report, run.source),
        ]
        self.stdout.write("\n".join(lines))


def sentence(report: Report, dry_run: bool, seconds: float) -> str:
    of = report.counts
    titles = of["new"] + of["updated"] + of["unchanged"]
    counts = [
        f"{of[name]:,} {name}"
        for name in ("new", "updated", "unchanged", "refused", "gone")
    ]
    verb = "Would import" if dry_run else "Imported"
    return f"{verb} {titles:,} titles in {seconds:.1f} s: {', '.join(counts)}."


def details(report: Report, source: str) -> Iterator[str]:
    for refusal in report.refusals:
        title = f" ({refusal.title})" if refusal.title else ""
        yield f"Refused, line {refusal.line}{title}: {refusal.reason}."
    if (more := report.counts["refused"] - len(report.refusals)) > 0:
        yield f"… and {more:,} more refused."
    if report.counts["returned"]:
        yield f"{report.counts['returned']:,} titles that were gone are back."
    if missing := report.counts["missing"]:
        yield (
            f"{missing:,} titles that {source} listed before are missing. None "
            "was marked as gone, because the file may be incomplete. If it is "
            "complete, run again with --complete."
        )
    yield from overruled(report)
    yield from claimed(
        report.contested,
        report.counts["contested"],
        "ids belong to more than one title, so they lead to none of them:",
    )
    yield from claimed(
        report.moved,
        len(report.moved),
        "ids of gone titles now belong to another title; merge the two if they "
        "are the same:",
    )


def overruled(report: Report) -> Iterator[str]:
    if not (number := report.counts["overruled"]):
        return
    yield (
        f"{number:,} facts of the file were overruled, by staff or "
        "for parental control:"
    )
    shown = report.overruled[:MOST_OVERRULED_SHOWN]
    for one in shown:
        yield f"  {one.anime_id} {one.title}: {one}"
    if (more := number - len(shown)) > 0:
        yield f"  … and {more:,} more."


def claimed(claims: Mapping[Key, set[int]], number: int, what: str) -> Iterator[str]:
    if not claims:
        return
    yield f"{number:,} {what}"
    shown = sorted(claims.items())[:MOST_CONTESTED_SHOWN]
    ids = {id_ for _, claimants in shown for id_ in claimants}
    titles = dict(Anime.objects.filter(id__in=ids).values_list("id", "title"))
    for (site, key), claimants in shown:
        names = " and ".join(
            f"{id_} {titles.get(id_, '')}" for id_ in sorted(claimants)
        )
        yield f"  {site}:{key}: {names}"
    if (more := number - len(shown)) > 0:
        yield f"  … and {more:,} more."
