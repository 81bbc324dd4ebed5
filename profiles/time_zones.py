"""The time zones that a user may choose."""

from functools import cache
from zoneinfo import available_timezones

# Files of the system's zone database that name no place.
NO_ZONES = frozenset(("Factory", "localtime"))


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones() - NO_ZONES)
