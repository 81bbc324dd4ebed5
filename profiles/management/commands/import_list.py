"""Imports another tracker's file into one user's list."""

import csv
import json
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import TypedDict, Unpack

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from animecollections.api.spreadsheets import neutral
from animecollections.identity import Origin
from collections_app import transfer
from collections_app.imports import services as imports
from collections_app.imports.models import ImportPlan, ImportRow, Outcome, Policy
from collections_app.imports.reading import row_told
from collections_app.management.arguments import (
    add_reason,
    add_user,
    find_user,
    read_time,
    reason_of,
)
from collections_app.watch_list.operation_reads import titles_of
from profiles.accounts.models import User
from profiles.staff import services as support

COLUMNS = (
    "row", "outcome", "title", "anime_id", "anime_title", "reason", "before", "after",
)  # fmt: skip


class Options(TypedDict):
    user: str
    file: Path
    policy: str
    exported_at: str | None
    scale: str | None
    report: Path | None
    dry_run: bool
    reason: str


class Command(BaseCommand):
    help = (
        "Imports another tracker's list into one user's list, as one operation, "
        "which the user can undo. Running it again changes nothing. It needs a "
        "reason, is recorded in the log of staff, and the person gets a mail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_user(parser)
        parser.add_argument(
            "file", type=Path, help="the file that the tracker exported"
        )
        parser.add_argument(
            "--policy",
            choices=Policy.values,
            default=Policy.NEWEST,
            help="which value wins where file and list differ (default: newest)",
        )
        parser.add_argument(
            "--exported-at",
            help="when the file was made, if the file does not say (UTC)",
        )
        parser.add_argument(
            "--scale",
            choices=transfer.SCALES,
            help="the highest score, if the file does not say its scale",
        )
        parser.add_argument(
            "--report",
            type=Path,
            help="a CSV file to write: what happened to each row, and why",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="preview what would change, do nothing",
        )
        add_reason(parser)

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        user_id = find_user(options["user"])
        at = options["exported_at"]
        with tqdm(total=3, unit="step", disable=None, leave=False) as steps:
            file = read_file(options["file"], options["scale"])
            steps.update()
            draft = partial(
                imports.draft,
                user_id=user_id,
                file=file,
                policy=options["policy"],
                exported_at=read_time(at) if at else None,
                file_name=options["file"].name,
            )
            if options["dry_run"]:
                plan, rows = draft()
                self.tell(plan, rows, options["report"])
                self.stdout.write("Nothing was written (--dry-run).")
                return
            reason = reason_of(options)
            plan = imports.keep_draft(*draft())
            steps.update()
            # What changes between the two statements becomes a conflict, and is told.
            plan = support.import_list(
                user=User.objects.get(pk=user_id),
                plan_id=plan.id,
                reason=reason,
                through=Origin("command"),
            )
            steps.update()
        rows = list(ImportRow.objects.of(user_id).in_plan(plan.id).order_by("row"))
        self.tell(plan, rows, options["report"])
        undo = f"Operation {plan.operation_id}." if plan.operation_id else "No change."
        self.stdout.write(undo)

    def tell(
        self, plan: ImportPlan, rows: list[ImportRow], report: Path | None
    ) -> None:
        if report:
            write_report(rows, report)
        for warning in plan.warnings:
            self.stderr.write(warning)
        counts = ", ".join(f"{plan.summary[word]} {word}" for word in Outcome.values)
        counted = "1 row" if len(rows) == 1 else f"{len(rows):,} rows"
        self.stdout.write(f"{counted}: {counts}.")


def read_file(path: Path, scale: str | None) -> transfer.ListFile:
    try:
        return transfer.read(path.read_bytes(), scale=scale, name=path.name)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except transfer.UnsupportedFileError as wrong:
        raise CommandError(f"{path}: {wrong}") from None


def write_report(rows: list[ImportRow], path: Path) -> None:
    titles = titles_of(row.anime_id for row in rows)
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            report = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
            report.writeheader()
            for row in rows:
                told = row_told(row, titles)
                for name in ("before", "after"):
                    told[name] = json.dumps(told[name], ensure_ascii=False)
                report.writerow(
                    {name: neutral(str(cell or "")) for name, cell in told.items()}
                )
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
