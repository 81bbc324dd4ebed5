"""The manners of long commands: a bar, and Ctrl-C at any moment."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import clear_frames
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

INTERRUPTED = 130  # what shells expect of a command that Ctrl-C ended


def progress_bar(
    verbosity: int, *, total: float | None = None, unit: str, **more: Any
) -> Any:
    """On a terminal a bar, elsewhere (a log) a line every ten seconds at most."""
    return tqdm(
        total=total,
        unit=unit,
        disable=verbosity == 0,
        mininterval=0.2 if sys.stderr.isatty() else 10,
        file=sys.stderr,
        **more,
    )


@contextmanager
def interruptible(says: str) -> Iterator[None]:
    """Ctrl-C becomes a sentence and the exit status that shells expect."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        # Ends the queries they were reading, while there is a connection to do it by.
        clear_frames(interrupt.__traceback__)
        raise CommandError(f"Interrupted. {says}", returncode=INTERRUPTED) from None
