"""Made-up people: an account, a list and how it came to be, told from a seed.

No database. A story is told event by event through the same functions that the one
write path decides with (`differences`, `snapshot`), so that log,
list and episodes agree as if each change had been a request.

Whose titles: the catalogue says nothing of how many people know a title, so its order
is the head of MyAnimeList's popularity chart below, then what is rated, and listed on
many sites. That the n-th is on lists in proportion to 1 / (n + 60) fits MyAnimeList's
own member counts within a factor of two down to the 5,000th.
"""

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from random import Random
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from collections_app.models import AiringStatus, EntryState, EntryType
from collections_app.watch_list.entries import Entry, differences, snapshot
from collections_app.watch_list.fields import NEW_ENTRY
from history.log.parts import COLUMN_OF_KIND
from history.models import ChangeKind
from history.searches.services import NewSearch
from history.watched.days import UNKNOWN
from profiles.accounts.identifiers import fold_user_name

NAMESPACE = UUID("5d0c1f0e-3a5b-4c1e-9f0a-64656d6f0001")
DOMAIN = "demo.example.org"

# The most known titles, by members on MyAnimeList.
BEST_KNOWN = (
    16498, 1535, 5114, 30276, 11757, 38000, 31964, 20, 22319, 11061, 40748, 32281,
    25777, 9253, 33486, 35760, 38524, 1735, 21, 37779, 23273, 28851, 19815, 6547,
    14813, 4224, 36456, 30831, 199, 1575, 2904, 20583, 44511, 269, 20507, 10620,
    34572, 37450, 50265, 48583, 1, 30, 41467, 52991, 2167, 9919, 223, 813, 431, 164,
)  # fmt: skip
MOST_AT_A_SITTING = 24  # episodes

FIRST_WORDS = (
    "quiet", "brave", "sleepy", "lucky", "tiny", "golden", "rainy", "swift", "gentle",
    "lunar", "misty", "crimson", "velvet", "rusty", "silver", "wandering",
)  # fmt: skip
LAST_WORDS = (
    "fox", "otter", "crow", "tanuki", "comet", "lantern", "sparrow", "panda", "ronin",
    "koi", "maple", "badger", "moth", "cat", "heron", "mecha",
)  # fmt: skip
FIRST_NAMES = ("Mia", "Leo", "Ana", "Yuki", "Sam", "Noor", "Ivan", "Lucía", "Kai", "")
ZONES = ("UTC", "Europe/Madrid", "America/Mexico_City", "Asia/Tokyo", "Asia/Kolkata")
TAGS = ("favourite", "with friends", "rewatch", "manga first", "comfort", "seasonal")
NOTES = (
    "The last arc is worth it.",
    "Stopped at the beach episode.",
    "Recommended by Ana.",
    "Watch with subtitles.",
    "Better than I remembered.",
)
NOWHERE = ("anime about beekeepers", "isekai vending machnie", "qwerty", "ova 1979 fox")
IMPORTED, BY_HAND = "import", "session"


@dataclass(frozen=True, slots=True)
class Title:
    id: int
    title: str
    episodes: int | None
    airing_status: str
    rating: float | None
    genres: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Titles by how known they are, for picking at random."""

    titles: Sequence[Title]
    sums: Sequence[float] = field(init=False)

    def __post_init__(self) -> None:
        weights = (1 / (rank + 60) for rank in range(len(self.titles)))
        object.__setattr__(self, "sums", list(accumulate(weights)))

    def pick(self, rng: Random, number: int) -> list[Title]:
        """So many different ones; known ones more often."""
        number = min(number, len(self.titles))
        if number * 4 > len(self.titles):
            return self.pick_most(rng, number)
        picked: dict[int, None] = {}
        while len(picked) < number:
            picked[bisect(self.sums, rng.random() * self.sums[-1])] = None
        return [self.titles[rank] for rank in picked]

    def pick_most(self, rng: Random, number: int) -> list[Title]:
        """The same where drawing would keep meeting what was drawn already."""
        keys = [rng.random() ** (rank + 60) for rank in range(len(self.titles))]
        ranks = sorted(range(len(keys)), key=keys.__getitem__, reverse=True)
        return [self.titles[rank] for rank in ranks[:number]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is the same for all: see `manage.py seed_demo`.

    entries:   how many a list has in the mean; lists differ widely.
    log_since: changes before this are as if pruned.
    password:  a hash; one for all, for each takes 20 ms.
    """

    shelf: Shelf
    seed: int
    entries: float
    until: datetime
    days: int
    log_since: datetime
    password: str


@dataclass(slots=True)
class Event:
    """Something done to one anime: values put over it; None takes it off. Without an
    anime it is a search.
    """

    at: datetime
    title: Title | None
    values: Mapping[str, Any] | None

    @property
    def anime_id(self) -> int | None:
        return self.title.id if self.title else None


@dataclass
class Person:
    """Who is to be told of: the n-th, or the one whose list has exactly `exactly`."""

    name: str
    exactly: int | None = None

    @cached_property
    def id(self) -> UUID:
        """By which an account is known as one of ours, whatever the seed."""
        return uuid5(NAMESPACE, self.name)

    @property
    def email(self) -> str:
        return f"{self.name}@{DOMAIN}"


def nth(number: int) -> Person:
    return Person(f"demo{number}")


def with_list_of(number: int) -> Person:
    return Person(f"list{number}", number)


@dataclass(slots=True)
class Story:
    """All rows of one account, by table, as {attname: value}."""

    user: dict[str, Any]
    state: dict[str, Any]
    profile: dict[str, Any]
    preferences: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    watched: list[dict[str, Any]] = field(default_factory=list)
    searches: list[dict[str, Any]] = field(default_factory=list)

    @property
    def size(self) -> int:
        parts = self.entries, self.changes, self.watched, self.searches
        return 4 + sum(map(len, parts))


class Teller:
    """Tells one person's story. The same plan and person give the same story."""

    def __init__(self, plan: Plan, person: Person) -> None:
        self.plan, self.person = plan, person
        self.rng = rng = Random(f"{plan.seed}:{person.name}")  # noqa: S311
        share: float = rng.random() ** 0.5  # more and more people come
        self.joined = plan.until - timedelta(days=plan.days) * (1 - share * 0.999)
        self.left = plan.until
        if rng.random() < 0.3 and not person.exactly:  # some stay away after a while
            self.left = self.joined + (plan.until - self.joined) * rng.random()
        self.zone = rng.choice(ZONES)
        self.taste = rng.gauss(0, 8)  # of 100, above or below what others say
        self.revision = 0
        self.revisions = dict.fromkeys(COLUMN_OF_KIND.values(), 0)
        self.listed: dict[int, Entry] = {}
        self.episodes: dict[tuple[date | None, int], int] = {}
        self.changes: list[dict[str, Any]] = []

    def tell(self) -> Story:
        wanted = self.person.exactly or self.list_size()
        fleeting = sum(self.rng.random() < 0.02 for _ in range(wanted))
        titles = self.plan.shelf.pick(self.rng, wanted + fleeting)
        stay, go = titles[:wanted], titles[wanted:]
        self.set_up()
        searches = self.search(stay)
        imported = stay[: int(len(stay) * self.imported_share())]
        self.note_all([self.as_imported(title) for title in imported], IMPORTED)
        events = [
            event for title in stay[len(imported) :] for event in self.by_hand(title)
        ]
        events += [event for title in go for event in self.come_and_go(title)]
        events += [Event(row["searched_at"], None, None) for row in searches]
        events.sort(key=lambda event: event.at)
        for event in events:
            self.note_all([event], BY_HAND)
        return self.story(searches)

    # --- What happens ------------------------------------------------------------

    def list_size(self) -> int:
        """Long-tailed: half of all lists are shorter than two thirds of the mean."""
        return max(1, round(self.rng.lognormvariate(-0.4, 0.9) * self.plan.entries))

    def imported_share(self) -> float:
        return self.rng.uniform(0.6, 0.9) if self.rng.random() < 0.5 else 0

    def some_time(self) -> datetime:
        """While they were here; a share of all lists is always quite new."""
        share: float = self.rng.random() ** 0.8
        return self.joined + (self.left - self.joined) * share

    def as_imported(self, title: Title) -> Event:
        """As another tracker had it: whole, and long ago."""
        rng = self.rng
        values: dict[str, Any] = dict(self.fate(title)) | self.extras()
        total = title.episodes or rng.randint(1, 60)
        if values["type"] == EntryType.COMPLETED:
            values["progress"] = total
            values["finished_on"] = self.partial_date()
        elif values["type"] == EntryType.WATCHING or "state" in values:
            values["progress"] = rng.randint(1, total)
            values["started_on"] = self.partial_date()
        values["score"] = self.score(title, values["type"])
        return Event(self.joined, title, values)

    def fate(self, title: Title) -> dict[str, str]:
        """What becomes of it in the end."""
        if title.airing_status == AiringStatus.UPCOMING:
            return {"type": EntryType.TO_WATCH.value}
        has_aired = title.airing_status == AiringStatus.FINISHED and title.episodes
        chance = self.rng.random()
        if chance < 0.47:
            type_ = EntryType.COMPLETED if has_aired else EntryType.WATCHING
            return {"type": type_.value}
        if chance < 0.57:
            return {"type": EntryType.WATCHING.value}
        if chance < 0.60:
            return {
                "type": EntryType.WATCHING.value,
                "state": EntryState.ON_HOLD.value,
            }
        if chance < 0.67:
            return {
                "type": EntryType.COLLECTION.value,
                "state": EntryState.DROPPED.value,
            }
        if chance < 0.71:
            return {"type": EntryType.COLLECTION.value}
        return {"type": EntryType.TO_WATCH.value}

    def by_hand(self, title: Title) -> Iterator[Event]:
        """Added, watched in some sittings, and what became of it."""
        rng, fate, at = self.rng, self.fate(title), self.some_time()
        is_watched = fate["type"] != EntryType.TO_WATCH and (
            fate["type"] != EntryType.COLLECTION or "state" in fate
        )
        first = self.extras() | {"type": fate["type"]}
        if is_watched:
            first["type"] = EntryType.TO_WATCH.value
        yield Event(at, title, first)
        if not is_watched:
            return
        total = title.episodes or rng.randint(1, 60)
        progress = 0
        for nth_sitting in range(rng.randint(1, 5)):
            at += timedelta(days=rng.expovariate(0.3), minutes=rng.randint(20, 900))
            if at >= self.left or progress >= total:
                return
            progress += rng.randint(1, min(MOST_AT_A_SITTING, total - progress))
            is_done = progress == total and title.episodes is not None
            if is_done and title.airing_status == AiringStatus.FINISHED:
                yield Event(at, title, self.done(title, progress, at, nth_sitting))
                return
            values: dict[str, Any] = {"progress": progress}
            if nth_sitting == 0:
                values |= {
                    "type": EntryType.WATCHING.value,
                    "started_on": self.day(at).isoformat(),
                }
            yield Event(at, title, values)
        at += timedelta(days=rng.expovariate(0.1))
        if at < self.left and "state" in fate:
            yield Event(at, title, fate)

    def done(
        self, title: Title, progress: int, at: datetime, nth_sitting: int
    ) -> dict[str, object]:
        day = self.day(at).isoformat()
        return {
            "progress": progress,
            "type": EntryType.COMPLETED.value,
            "finished_on": day,
            "score": self.score(title, EntryType.COMPLETED),
        } | ({} if nth_sitting else {"started_on": day})

    def come_and_go(self, title: Title) -> Iterator[Event]:
        at = self.some_time()
        yield Event(at, title, {"type": EntryType.TO_WATCH.value})
        yield Event(at + (self.left - at) * self.rng.random(), title, None)

    def extras(self) -> dict[str, object]:
        """What few entries have."""
        rng = self.rng
        extras: dict[str, Any] = {}
        if rng.random() < 0.08:
            extras["tags"] = [rng.choice(TAGS)]
        if rng.random() < 0.04:
            extras["notes"] = rng.choice(NOTES)
        if rng.random() < 0.02:
            extras["is_private"] = True
        return extras

    def score(self, title: Title, type_: str) -> int | None:
        """0–100; most who finish a title judge it, in steps of 5 or 10."""
        if self.rng.random() > (0.75 if type_ == EntryType.COMPLETED else 0.1):
            return None
        found = (title.rating or 7) * 10 + self.taste + self.rng.gauss(0, 9)
        return min(100, max(10, 5 * round(found / 5)))

    def partial_date(self) -> str:
        """As much of a day as old lists still know."""
        day: date = self.joined.date() - timedelta(days=self.rng.randint(1, 3000))
        return day.isoformat()[: self.rng.choice((4, 7, 10, 10, 10))]

    def day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    # --- How it is kept ----------------------------------------------------------

    def set_up(self) -> None:
        """Preferences and profile, chosen on the first day."""
        for kind in (ChangeKind.PREFERENCES, ChangeKind.PROFILE):
            self.change(kind, self.joined, through=BY_HAND)

    def search(self, titles: Sequence[Title]) -> list[dict[str, Any]]:
        """The searches that are kept."""
        rng, found = self.rng, {}
        for _ in range(min(40, int(rng.expovariate(1 / 10)))):
            at = self.some_time()
            text, total = rng.choice(titles).title.lower()[:40], rng.randint(1, 40)
            if rng.random() < 0.07:
                text, total = rng.choice(NOWHERE), 0
            search = NewSearch(text, "", {}, total, at)
            found[search.key] = {
                "id": self.new_id(at),
                "user_id": self.person.id,
                "key": search.key,
                "query": text,
                "type": "",
                "filters": {},
                "total_results": total,
                "searched_at": at,
            }
        return list(found.values())

    def note_all(self, events: Sequence[Event], through: str) -> None:
        """One operation: its changes in the order of their keys, as the service saves
        them.
        """
        ordered = sorted(events, key=lambda event: event.anime_id or 0)
        operation_id = self.new_id(ordered[0].at) if ordered else None
        for position, event in enumerate(ordered):
            self.note(
                event,
                through=through,
                operation_id=operation_id,
                position=position,
                size=len(ordered),
            )

    def note(self, event: Event, **told: Any) -> None:
        """One event put over the entry, as `ListEdit.note` does it."""
        at, anime_id = event.at, event.anime_id
        if anime_id is None:
            self.change(ChangeKind.SEARCHES, at, **told)
            return
        before = self.listed.pop(anime_id, None)
        if event.values is None:
            gone = snapshot(before) if before else {}
            kind = ChangeKind.REMOVE
            self.change(kind, at, anime_id=anime_id, before=gone, **told)
            return
        if before is None:
            key = {"id": self.new_id(at), "user_id": self.person.id}
            after = {
                **key,
                "anime_id": anime_id,
                "added_at": at,
                **NEW_ENTRY,
                **event.values,
            }
            change: dict[str, Any] = {"kind": ChangeKind.ADD, "after": snapshot(after)}
        else:
            after = {**before, **event.values}
            names = differences(before, after)
            change = {
                "kind": ChangeKind.UPDATE,
                "before": {name: before[name] for name in names},
                "after": {name: after[name] for name in names},
            }
        watched = after["progress"] - (before["progress"] if before else 0)
        day = self.day(at) if before else None  # of what was seen before, none is known
        days = {day.isoformat() if day else UNKNOWN: watched} if watched else {}
        revision = self.change(at=at, anime_id=anime_id, days=days, **change, **told)
        after |= {"updated_at": at, "revision": revision}
        if watched:
            that_day = (day, anime_id)
            self.episodes[that_day] = self.episodes.get(that_day, 0) + watched
            after["counted"] += watched
            if before:
                after["watched_at"] = at
        self.listed[anime_id] = after

    def change(
        self,
        kind: ChangeKind,
        at: datetime,
        *,
        through: str,
        anime_id: int | None = None,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        operation_id: UUID | None = None,
        position: int = 0,
        size: int = 1,
        days: Mapping[str, int] | None = None,
    ) -> int:
        """The next revision, and its row in the log unless that is pruned by now."""
        self.revision += 1
        self.revisions[COLUMN_OF_KIND[kind]] = self.revision
        if at >= self.plan.log_since:
            self.changes.append(
                {
                    "id": self.new_id(at),
                    "user_id": self.person.id,
                    "revision": self.revision,
                    "kind": kind.value,
                    "anime_id": anime_id,
                    "before": before or {},
                    "after": after or {},
                    "operation_id": operation_id or self.new_id(at),
                    "position": position,
                    "size": size,
                    "undoes": None,
                    "watched": sum((days or {}).values()),
                    "days": dict(days or {}),
                    "at": at,
                    "through": through,
                    "actor_id": None,
                    "client_id": "",
                    "request_id": "",
                }
            )
        return self.revision

    def new_id(self, at: datetime) -> UUID:
        """A UUIDv7 of that moment, from the seed."""
        milliseconds = int(at.timestamp() * 1000)
        bits = self.rng.getrandbits(74)
        high, low = bits >> 62, bits & (1 << 62) - 1
        return UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 2 << 62 | low)

    # --- The rows ----------------------------------------------------------------

    def story(self, searches: list[dict[str, object]]) -> Story:
        rng, id_ = self.rng, self.person.id
        entries = sorted(self.listed.values(), key=lambda entry: entry["anime_id"])
        loved = sorted(entries, key=lambda entry: entry["score"] or 0)[-5:]
        done = [e for e in entries if e["type"] == EntryType.COMPLETED][:10]
        name = f"{rng.choice(FIRST_WORDS)}_{rng.choice(LAST_WORDS)}_{self.person.name}"
        last_at = max((e["updated_at"] for e in entries), default=self.joined)
        return Story(
            user={
                "id": id_,
                "email": self.person.email,
                "user_name": name,
                "user_name_key": fold_user_name(name),
                "password": self.plan.password,
                "last_login": last_at,
                "is_superuser": False,
                "is_active": True,
                "is_staff": False,
                "created_at": self.joined,
                "auth_epoch": rng.getrandbits(31),
            },
            state={
                "user_id": id_,
                "epoch": rng.getrandbits(31),
                "revision": self.revision,
                **self.revisions,
            },
            profile={
                "user_id": id_,
                "name": rng.choice(FIRST_NAMES),
                "last_name": "",
                "birthday": date(1975, 1, 1) + timedelta(days=rng.randrange(12_000)),
                "gender": rng.choice(("male", "female", "other", "")),
                "avatar": "",
                "banner_image": "",
                "favorite_animes": [entry["anime_id"] for entry in reversed(loved)],
                "watched_animes": [entry["anime_id"] for entry in done],
                "favorite_genres": self.genres_of(loved),
                "favorite_studios": [],
                "frequency": rng.choice(("daily", "weekly", "monthly")),
                "fanatic_level": rng.choice(("casual", "enthusiast", "hardcore")),
                "preferred_format": rng.choice(("TV", "Movie", "")),
                "updated_at": self.joined,
            },
            preferences={
                "user_id": id_,
                "accent_color": f"#{rng.getrandbits(24):06X}",
                "parental_control": rng.random() < 0.8,
                "track_search_history": True,
                "score_format": rng.choice(("10.0", "10", "100", "5", "3")),
                "title_language": rng.choice(("romaji", "romaji", "english")),
                "timezone": self.zone,
                "language": rng.choice(("en", "en", "es")),
                "theme": rng.choice(("auto", "light", "dark")),
                "updated_at": self.joined,
            },
            entries=entries,
            changes=self.changes,
            watched=[
                {
                    "id": self.new_id(self.joined),
                    "user_id": id_,
                    "day": day,
                    "anime_id": anime_id,
                    "episodes": number,
                }
                for (day, anime_id), number in self.episodes.items()
            ],
            searches=searches,
        )

    def genres_of(self, entries: Sequence[Entry]) -> list[str]:
        ids = {entry["anime_id"] for entry in entries}
        known = (title for title in self.plan.shelf.titles[:1000] if title.id in ids)
        return sorted({genre for title in known for genre in title.genres})[:5]
