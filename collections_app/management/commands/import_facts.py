"""manage.py import_facts FILE …"""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import TypedDict, Unpack

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from animecollections.ops.commands import progress_bar, status_of
from collections_app.airing.services import refresh_airings
from collections_app.catalogue.reader import (
    SourceBroken,
    SourceUnreadable,
    open_source,
)
from collections_app.source_facts.importing.run import FactImport, Report, begin
from collections_app.source_facts.readers import READERS

MOST_REFUSED_SHOWN = 50


class Options(TypedDict):
    paths: list[str]
    source: str
    dry_run: bool
    verbosity: int


class Command(BaseCommand):
    help = (
        "Imports facts of titles from files of other sources: "
        + "; ".join(f"{reader.source} ({reader.about})" for reader in READERS)
        + ". Plain, .gz or .zst. It adds no titles. Run it for every newer file: only "
        "what changed is written."
    )
    requires_migrations_checks = True
    run: FactImport | None = None  # of the last file

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths",
            nargs="+",
            metavar="FILE",
            help="a file, an http(s) address, or - for standard input",
        )
        parser.add_argument(
            "--source",
            default="",
            help="whose facts they are (default: what the kind of file, or its first "
            "line, says)",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="preview: count the changes, make none",
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        for path in options["paths"]:
            self.run = None
            self.import_file(path, options)

    def import_file(self, path: str, options: Options) -> None:
        started = time.monotonic()
        trouble, status = "", 1
        try:
            self.take(path, options)
        except SourceUnreadable as error:
            raise CommandError(f"{path}: {error}") from error
        except SourceBroken as error:
            trouble = f"{path}: {error} Get the complete file, and run this again."
        except OperationalError as error:
            trouble = f"The database failed ({error}). Run this again."
        except KeyboardInterrupt as interrupt:
            trouble = "Interrupted. Run this again to continue."
            status = status_of(interrupt)
        if self.run:
            seconds = time.monotonic() - started
            lines = [sentence(self.run, seconds), *details(self.run.report)]
            self.stdout.write("\n".join(lines))
        if trouble:
            raise CommandError(
                f"{trouble} The facts imported so far remain, each title's complete.",
                returncode=status,
            )

    def take(self, path: str, options: Options) -> None:
        with open_source(path) as source:
            self.run, reader, text = begin(
                source, options["source"], dry_run=options["dry_run"]
            )
            with progress_bar(
                options["verbosity"],
                total=source.total_bytes,
                unit="B",
                unit_scale=True,
            ) as bar:

                def show(titles: int) -> None:
                    bar.update(source.bytes_read() - bar.n)

                try:
                    self.run.take(reader.read(text), show)
                finally:
                    self.follow_up(self.run)

    def follow_up(self, run: FactImport) -> None:
        """What is computed of the facts that are in, after an early end too."""
        run.connect()
        if not run.dry_run:
            refresh_airings(run.rescheduled)


def sentence(run: FactImport, seconds: float) -> str:
    of = run.report.counts
    titles = of["new"] + of["updated"] + of["unchanged"]
    words = ("new", "updated", "unchanged", "not in the catalogue", "refused")
    counts = ", ".join(f"{of[word]:,} {word}" for word in words)
    verb = "Would import" if run.dry_run else "Imported"
    return (
        f"{verb} facts of {titles:,} titles from {run.source} in {seconds:.1f} s: "
        f"{counts}."
    )


def details(report: Report) -> Iterator[str]:
    shown = report.refusals[:MOST_REFUSED_SHOWN]
    for refusal in shown:
        title = f" ({refusal.title})" if refusal.title else ""
        yield f"Refused, line {refusal.line}{title}: {refusal.reason}."
    if (more := report.counts["refused"] - len(shown)) > 0:
        yield f"… and {more:,} more refused."
    left_out = report.left_out[:MOST_REFUSED_SHOWN]
    for one in left_out:
        title = f" ({one.title})" if one.title else ""
        yield f"Left out, line {one.line}{title}: {one.reason}."
    if (more := report.counts["left out"] - len(left_out)) > 0:
        yield f"… and {more:,} more values left out."
