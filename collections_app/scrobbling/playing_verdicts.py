"""Of what is being played, which episode it is: recognised once in some minutes.

Players tell every few seconds how far they are, and most of it nobody sees. Known to
this process alone; a rule that its owner makes is heeded when the minutes are over.
What is written to the list is recognised each time.
"""

from collections import OrderedDict
from threading import Lock
from time import monotonic
from typing import Any
from uuid import UUID

from collections_app.scrobbling.heard import Heard
from collections_app.scrobbling.recognition import Verdict, recognise, rule_key

SECONDS = 120
MOST_REMEMBERED = 5_000

known: OrderedDict[tuple[Any, ...], tuple[float, Verdict]] = OrderedDict()
lock = Lock()


def verdict_of_playing(user_id: UUID, heard: Heard) -> Verdict:
    place, now = place_of(user_id, heard), monotonic()
    until, verdict = known.get(place, (0.0, None))
    if verdict is None or until <= now:
        verdict = recognise(user_id, heard)
        remember(place, now + SECONDS, verdict)
    return verdict


def place_of(user_id: UUID, heard: Heard) -> tuple[Any, ...]:
    """All that recognition reads of an event."""
    numbers = (heard.season, heard.episode, heard.episode_end, heard.year)
    ids = tuple(sorted(heard.ids.items()))
    names = (heard.series, heard.title, heard.is_film, heard.are_of_series)
    return (user_id, heard.player, rule_key(heard), *numbers, *names, ids)


def remember(place: tuple[Any, ...], until: float, verdict: Verdict) -> None:
    with lock:
        known[place] = (until, verdict)
        known.move_to_end(place)
        while len(known) > MOST_REMEMBERED:
            known.popitem(last=False)
