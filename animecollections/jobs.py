"""Every job at one glance: what the worker does by itself, and how often.

Each is safe to run twice and at once, commits in small batches, and tells what it did
in one sentence. `manage.py work` runs them; /readyz tells which are late.
"""

from datetime import timedelta

from animecollections.retention import RULES
from history.services.jobs import Regular


def trim() -> str:
    dropped = [f"{rule.drop():,} {rule.name}" for rule in RULES]
    return f"{', '.join(dropped)} dropped"


JOBS: tuple[Regular, ...] = (Regular("trim", timedelta(days=1), trim),)
