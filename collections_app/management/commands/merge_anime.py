"""manage.py merge_anime KEPT GONE"""

from argparse import ArgumentParser
from typing import TypedDict, Unpack

from django.core.management.base import BaseCommand, CommandError

from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from animecollections.ops.commands import interruptible, progress_bar
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.merges import Merge
from collections_app.catalogue.refs import OWN, AnimeRef, parse_anime_id
from collections_app.merges import services as merging
from collections_app.watch_list.models import WatchListEntry


class Options(TypedDict):
    kept: str
    gone: str
    reason: str
    undo: bool
    dry_run: bool
    verbosity: int


class Command(BaseCommand):
    help = (
        "Merges a duplicate title into the one that remains: entries are joined "
        "by rule, old ids continue to work, and devices get the change by sync. "
        "Run it again to continue after an interruption; --undo parts the two "
        "again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kept", help="as 1535 or mal:1535")
        parser.add_argument("gone", help="the duplicate")
        parser.add_argument("--reason", required=True, help="for the audit log")
        parser.add_argument("--undo", action="store_true")
        parser.add_argument(
            "--dry-run", action="store_true", help="preview what would move, do nothing"
        )

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        again = "Each list is consistent; run this again to continue."
        try:
            with (
                interruptible(again),
                progress_bar(options["verbosity"], unit=" lists") as bar,
            ):
                says = self.run(options, bar.update)
        except merging.MergeRefusedError as error:
            raise CommandError(str(error)) from None
        except ApiError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(says)

    def run(self, options: Options, progress: merging.Progress) -> str:
        kept = parse_anime_id(options["kept"], "kept")
        gone = parse_anime_id(options["gone"], "gone")
        through = Origin("command")
        if options["undo"]:
            job = merge_of(find_anime(kept).id, gone)
            if options["dry_run"]:
                return f"{job.lists.count():,} lists would part {job.gone_id} again."
            left = merging.unmerge(
                job=job, progress=progress, reason=options["reason"], through=through
            )
            return f"{job.gone_id} is a title again; {left:,} values stay as changed."
        if options["dry_run"]:
            here, there = find_anime(kept), find_anime(gone)
            entries = (
                WatchListEntry.objects.across_users().filter(anime_id=there.id).count()
            )
            return (
                f"{there.title} ({there.id}) would be merged into {here.title} "
                f"({here.id}), with {entries:,} entries."
            )
        job = merging.merge(
            kept=kept,
            gone=gone,
            progress=progress,
            reason=options["reason"],
            through=through,
        )
        return f"{job.gone_id} is {job.kept_id} now; {job.lists.count():,} lists moved."


def merge_of(kept_id: int, gone: AnimeRef) -> Merge:
    """The latest of a title that had this id, its own or a site's."""
    for job in Merge.objects.filter(kept_id=kept_id):
        ids = [[OWN, str(job.gone_id)], *job.gone.get("aliases", [])]
        if [gone.site, gone.key] in ids:
            return job
    raise CommandError(f"{gone} was never merged into {kept_id}.")
