"""Writes one user's list as a file that other trackers read."""

import sys
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, TypedDict, Unpack
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from animecollections.db.replica import there
from animecollections.db.snapshot import one_moment
from collections_app import transfer
from collections_app.exports import Part, entries_of, owner_of
from collections_app.management.arguments import add_user, find_user
from collections_app.watch_list.models import EntryType
from history.log.replicated import has_all_of


class Options(TypedDict):
    user: str
    format: str
    score_format: str
    type: list[str] | None
    output: Path | None


class Command(BaseCommand):
    help = "Exports one user's list to a file: in our format, or in another tracker's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_user(parser)
        parser.add_argument("--format", choices=[*transfer.FORMATS], default="json")
        parser.add_argument(
            "--score-format",
            choices=["10.0", "10", "100", "5", "3"],
            default="",
            help="the scale of scores, if the format has several (default: the finest)",
        )
        parser.add_argument(
            "--type", choices=EntryType.values, action="append", help="only this type"
        )
        parser.add_argument(
            "--output", type=Path, help="the file to write (default: standard output)"
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        path = options["output"]
        with TemporaryFile() as whole:
            total = self.write(find_user(options["user"]), options, whole)
            whole.seek(0)
            if path is None:
                copyfileobj(whole, sys.stdout.buffer)
                return
            self.keep(whole, path)
        self.stdout.write(f"{total} entries in {path}.")

    def write(self, user_id: UUID, options: Options, whole: IO[bytes]) -> int:
        """All of one moment; anyone who then reads it may take their time."""
        name = get_user_model().objects.values_list("user_name").get(pk=user_id)[0]
        part, scale = Part(frozenset(options["type"] or ())), options["score_format"]
        with there(partial(has_all_of, user_id)), one_moment():
            owner = owner_of(user_id, name=name, score_format=scale, part=part)
            total: int = (owner.counts or {})["total"]
            rows = entries_of(user_id, part)
            entries = tqdm(rows, total=total, disable=None, leave=False)
            pieces = transfer.write(options["format"], entries, owner=owner)
            whole.writelines(pieces)
        return total

    def keep(self, whole: IO[bytes], path: Path) -> None:
        # Next to the target, then in its place: an interrupted run leaves no half file.
        part = path.with_name(f"{path.name}.part")
        try:
            with part.open("wb") as file:
                copyfileobj(whole, file)
            part.replace(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
        finally:
            part.unlink(missing_ok=True)
