"""The manners of long commands: a bar, and Ctrl-C or SIGTERM at any moment."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import clear_frames
from types import FrameType
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

INTERRUPTED = 130  # what shells expect of a command that Ctrl-C ended


class Terminated(KeyboardInterrupt):
    """Ended from outside, by a signal: all that Ctrl-C would have cleared away goes."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


def take_signals_as_ctrl_c() -> None:
    """SIGTERM (systemd, kill) and SIGHUP (the terminal is gone) would end Python at
    once: children would go on, half a backup would lie there.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:  # nohup says otherwise
            signal.signal(number, terminate)


def terminate(number: int, frame: FrameType | None) -> None:
    """Once: a second one must not stop the clearing away."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    raise Terminated(number)


def status_of(interrupt: KeyboardInterrupt) -> int:
    return interrupt.status if isinstance(interrupt, Terminated) else INTERRUPTED


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
        raise CommandError(
            f"Interrupted. {says}", returncode=status_of(interrupt)
        ) from None
