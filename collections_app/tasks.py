"""Where a release before the rooms had its tasks: rows it queued name them here."""

from collections_app.merges.tasks import merge_titles, part_titles

__all__ = ["merge_titles", "part_titles"]
