"""manage.py trim: the old name of prune, for the schedules of operators."""

from animecollections.management.commands.prune import Command

__all__ = ["Command"]
