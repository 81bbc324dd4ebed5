"""What shall go away says so in its answers (docs/upgrading.md has the promise)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils.http import http_date

AT_LEAST = timedelta(days=365)
MORE = '</api/docs>; rel="deprecation"; type="text/html"'


@dataclass(frozen=True)
class Deprecated:
    """`@documented(…, deprecated=Deprecated(date(2027, 1, 31), until=…, instead=…))`

    until:   from this day on it may be gone, with the next major version.
    instead: what to use, as the end of a sentence: "`getStatistics` with `month`".
    """

    since: date
    until: date
    instead: str

    def __post_init__(self) -> None:
        if self.until - self.since < AT_LEAST:
            raise ValueError("What is deprecated works for at least twelve months.")

    @property
    def headers(self) -> dict[str, str]:
        """RFC 9745 and RFC 8594."""
        return {
            "Deprecation": f"@{midnight(self.since)}",
            "Sunset": http_date(midnight(self.until)),
            "Link": MORE,
        }

    @property
    def sentence(self) -> str:
        return (
            f"Deprecated since {self.since}: use {self.instead}. "
            f"Works until {self.until} at least."
        )


def midnight(day: date) -> int:
    """The beginning of a day, UTC, in seconds."""
    return int(datetime.combine(day, time(), UTC).timestamp())
