"""On which days the episodes that a write counts were watched. No database.

A day is text: "2026-11-28", "2015-06" or "2015", as much as is known, "" where nothing
is. As text, what is newer is greater, and what is unknown is least.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

UNKNOWN = ""
# A device may be a day ahead of its user's time zone.
AHEAD_AT_MOST = timedelta(days=1)

Diary = Mapping[str, int]  # episodes of one anime, by day


def is_to_come(day: str, today: date) -> bool:
    return day > (today + AHEAD_AT_MOST).isoformat()


def day_of_date(day: date | None, period: str) -> str:
    """Of the two columns of a row."""
    return day.isoformat() if day else period


@dataclass(slots=True)
class Tally:
    """What one write counts of the episodes of one anime.

    days:    episodes, by the day on which they were watched; below zero, taken back.
    beside:  those of them that the diary has by itself: its entry counts none of them.
    lowered: so many more are taken back, of the newest days first.
    dated:   the day that is now known of all those whose day was not.
    dated_before: the day that an earlier date of the title gave to `dated_number` of
             them, which is theirs no more.
    """

    days: dict[str, int] = field(default_factory=dict)
    beside: dict[str, int] = field(default_factory=dict)
    lowered: int = 0
    dated: str = UNKNOWN
    dated_before: str = UNKNOWN
    dated_number: int = 0

    def __bool__(self) -> bool:
        return bool(self.days or self.lowered or self.dated or self.dated_before)

    def add(self, day: str, episodes: int) -> None:
        total = self.days.pop(day, 0) + episodes
        if total:
            self.days[day] = total

    def add_all(self, days: Diary) -> None:
        for day, episodes in days.items():
            self.add(day, episodes)

    def take_back(self, days: Diary) -> None:
        for day, episodes in days.items():
            self.add(day, -episodes)

    def add_beside(self, days: Diary) -> None:
        self.add_all(days)
        for day, episodes in days.items():
            self.beside[day] = self.beside.get(day, 0) + episodes

    def take_back_beside(self, days: Diary) -> None:
        self.add_beside({day: -episodes for day, episodes in days.items()})

    @property
    def total(self) -> int:
        return sum(self.days.values())

    @property
    def of_entry(self) -> dict[str, int]:
        left = {
            day: self.days.get(day, 0) - self.beside.get(day, 0)
            for day in self.days | self.beside
        }
        return {day: episodes for day, episodes in left.items() if episodes}

    @property
    def depends_on_diary(self) -> bool:
        """Whether what it comes to cannot be told without what was counted before."""
        takes_back = any(episodes < 0 for episodes in self.days.values())
        return bool(self.lowered or self.dated or self.dated_before) or takes_back

    def settle(self, diary: Diary, counted: int) -> None:
        """Takes back no more than there is, so that no day falls below zero.

        diary:   what was counted of the anime before.
        counted: how much of that its entry counted, which lowered progress takes back.
        """
        for day, episodes in list(self.days.items()):
            missing = max(0, -episodes - max(0, diary.get(day, 0)))
            self.add(day, missing)
            if (beside := self.beside.get(day, 0)) < 0:
                self.beside[day] = min(0, beside + missing)
        left = {
            day: max(0, diary.get(day, 0)) + self.days.get(day, 0)
            for day in diary.keys() | self.days.keys()
        }
        more = min(self.lowered, max(0, counted + self.total))
        for day in sorted(left, reverse=True):
            taken = min(left[day], more)
            self.add(day, -taken)
            left[day] -= taken
            more -= taken
        unknown, earlier = left.get(UNKNOWN, 0), self.dated_before
        if earlier:
            undated = min(self.dated_number, left.get(earlier, 0))
            self.add(earlier, -undated)
            self.add(UNKNOWN, undated)
            unknown += undated
        if self.dated:
            self.add(UNKNOWN, -unknown)
            self.add(self.dated, unknown)
        self.lowered, self.dated, self.dated_before = 0, UNKNOWN, UNKNOWN
