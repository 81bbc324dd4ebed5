"""Merges in the worker: they take as long as there are lists.

One that failed goes on by itself, a few times; then *Go on* in the admin does.
"""

from functools import partial
from uuid import UUID

from django_tasks import task

from animecollections.identity import Origin
from animecollections.ops.tries import again_on_failure
from collections_app.catalogue.merges import Merge
from collections_app.merges import services as merging

# Whatever it was: what is moved stays moved, and a second try takes up the rest.
again = partial(again_on_failure, (Exception, SystemExit))


@task
def merge_titles(merge_id: str, actor_id: str, tries: int = 0) -> None:
    job = Merge.objects.get(pk=merge_id)
    through = Origin("admin", actor_id=UUID(actor_id))
    again(
        merge_titles,
        tries,
        {"merge_id": merge_id, "actor_id": actor_id},
        lambda: merging.finish(job, through=through),
    )


@task
def part_titles(merge_id: str, actor_id: str, reason: str, tries: int = 0) -> None:
    job = Merge.objects.get(pk=merge_id)
    through = Origin("admin", actor_id=UUID(actor_id))
    again(
        part_titles,
        tries,
        {"merge_id": merge_id, "actor_id": actor_id, "reason": reason},
        lambda: merging.unmerge(job=job, reason=reason, through=through),
    )
