"""manage.py move_in FOLDER: a whole site moves in."""

import csv
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict, Unpack

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from animecollections.api.spreadsheets import neutral
from collections_app.management.arguments import read_time
from profiles.moving_in.services import MovedIn, move_in
from profiles.moving_in.site import Site, UnreadableSiteError, read_site

COLUMNS = (
    "old_id", "email", "status", "user_name", "entries", "added", "searches",
    "problems",
)  # fmt: skip


class Options(TypedDict):
    files: Path
    exported_at: str | None
    report: Path | None
    known: bool
    dry_run: bool


class Command(BaseCommand):
    help = (
        "Moves a whole site in: people with their passwords, lists, searches and "
        "profiles, from its tables (a folder of CSV or JSON files, or a dump of "
        "PostgreSQL). Each person is one transaction; running it again changes "
        "nothing. Nobody gets a mail."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, help="a folder of tables, or dump.sql")
        parser.add_argument(
            "--exported-at",
            help="when the files were made (UTC); default: when they were changed last",
        )
        parser.add_argument(
            "--report", type=Path, help="a CSV file to write: what became of each"
        )
        parser.add_argument(
            "--known",
            action="store_true",
            help="make no accounts: only what is newer of those who moved in before",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="preview, do nothing"
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        path, said = options["files"], options["exported_at"]
        try:
            site = read_site(path)
            made_at = read_time(said) if said else changed_at(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        except UnreadableSiteError as wrong:
            raise CommandError(str(wrong)) from None
        done = [
            move_in(
                person,
                made_at=made_at,
                is_dry=options["dry_run"],
                makes_accounts=not options["known"],
            )
            for person in tqdm(site.people, unit="person", disable=None, leave=False)
        ]
        if options["report"]:
            write_report(done, options["report"])
        self.tell(site, done, is_dry=options["dry_run"])

    def tell(self, site: Site, done: list[MovedIn], *, is_dry: bool) -> None:
        for name in site.unknown:
            self.stderr.write(f"{name}: a table that is not known; left out.")
        for what, count in site.orphans.items():
            if count:
                self.stderr.write(f"{count:,} {what} are of nobody in these files.")
        for one in done:
            for problem in one.problems:
                self.stderr.write(f"{one.old_id}: {problem}")
        by_status = [
            sum(one.status == status for one in done)
            for status in ("new", "known", "left")
        ]
        new, known, left = by_status
        entries, added = (
            sum(getattr(one, name) for one in done) for name in ("entries", "added")
        )
        searches = sum(one.searches for one in done)
        self.stdout.write(
            f"{len(done):,} people: {new:,} new, {known:,} known, {left:,} left alone. "
            f"{entries:,} entries, of which {added:,} added. {searches:,} searches."
        )
        if is_dry:
            self.stdout.write("Nothing was written (--dry-run).")


def changed_at(path: Path) -> datetime:
    """The newest of the files."""
    files = [file for file in path.iterdir() if file.is_file()] if path.is_dir() else []
    newest = max(file.stat().st_mtime for file in files or [path])
    return datetime.fromtimestamp(newest, UTC)


def write_report(done: list[MovedIn], path: Path) -> None:
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            report = csv.writer(file)
            report.writerow(COLUMNS)
            for one in done:
                cells = [getattr(one, name) for name in COLUMNS[:-1]]
                cells.append(" ".join(one.problems))
                report.writerow([neutral(str(cell)) for cell in cells])
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
