"""What the worker does to the catalogue: merges take as long as there are lists."""

from uuid import UUID

from django_tasks import task

from animecollections.api.account import Through
from collections_app.models import Merge
from collections_app.services import merging


@task
def merge_titles(merge_id: str, actor_id: str) -> None:
    job = Merge.objects.get(pk=merge_id)
    merging.finish(job, through=Through("admin", actor_id=UUID(actor_id)))


@task
def part_titles(merge_id: str, actor_id: str, reason: str) -> None:
    job = Merge.objects.get(pk=merge_id)
    through = Through("admin", actor_id=UUID(actor_id))
    merging.unmerge(job=job, reason=reason, through=through)
