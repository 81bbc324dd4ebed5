"""Which episodes were watched out of order, and which skipped. No database.

Progress is the last of an unbroken run from the first episode on. What it does not say
stands beside it as text, "ahead 14,16-18; skipped 13": what was watched beyond the run,
and what was skipped, over which the run goes on. So a client that knows of progress
alone moves it, and loses nothing of this.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

Spans = tuple[tuple[int, int], ...]  # from and to, in order, apart from each other

MOST_RANGES = 200
LONGEST = 1_000  # characters of one list
LARGEST_EPISODE = 100_000
RANGE = re.compile(r"([1-9]\d{0,5})(?:-([1-9]\d{0,5}))?", re.ASCII)


def parse(text: str) -> Spans:
    """ "1-12,14" in order, each once. ValueError with a sentence for a person."""
    if not text:
        return ()
    if len(text) > LONGEST:
        raise ValueError(f"Send at most {LONGEST:,} characters.")
    spans = [span_of(part) for part in text.split(",")]
    if len(spans) > MOST_RANGES:
        raise ValueError(f"Send at most {MOST_RANGES} ranges.")
    return union(tuple(spans))


def span_of(text: str) -> tuple[int, int]:
    found = RANGE.fullmatch(text)
    if not found:
        raise ValueError("Send episodes such as 1-12,14.")
    first, last = int(found[1]), int(found[2] or found[1])
    if last < first:
        raise ValueError(f"The range {text} ends before it begins.")
    if last > LARGEST_EPISODE:
        raise ValueError(f"An episode has a number of {LARGEST_EPISODE:,} at most.")
    return first, last


def text_of(spans: Spans) -> str:
    return ",".join(
        str(first) if first == last else f"{first}-{last}" for first, last in spans
    )


def union(*several: Spans) -> Spans:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(span for spans in several for span in spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def minus(spans: Spans, others: Spans) -> Spans:
    for from_, to in others:
        spans = tuple(
            (first, last)
            for one in spans
            for first, last in (
                (one[0], min(one[1], from_ - 1)),
                (max(one[0], to + 1), one[1]),
            )
            if first <= last
        )
    return spans


def size(spans: Spans) -> int:
    return sum(last - first + 1 for first, last in spans)


def up_to(episode: int) -> Spans:
    return ((1, episode),) if episode else ()


@dataclass(frozen=True, slots=True)
class Seen:
    """How far somebody is: progress, and what it does not say. The two lists have
    nothing in common.
    """

    progress: int = 0
    ahead: Spans = ()
    skipped: Spans = ()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Of an entry or a viewing."""
        return cls.read(row["progress"], row["episode_ranges"])

    @classmethod
    def read(cls, progress: int, kept: str) -> Self:
        return cls(progress, *read_kept(kept))

    @classmethod
    def of_all(cls, watched: Spans, skipped: Spans) -> Self:
        """Of everything that was watched; progress follows from it."""
        return cls(0, minus(watched, skipped), skipped).settled()

    @property
    def watched(self) -> Spans:
        return union(minus(up_to(self.progress), self.skipped), self.ahead)

    def left_of(self, episodes: int) -> int:
        """How many of the first so many are neither watched nor skipped."""
        return size(minus(up_to(episodes), union(self.watched, self.skipped)))

    @property
    def last(self) -> int:
        """The last episode of which anything is said."""
        return max(self.progress, *(last for _, last in self.ahead + self.skipped), 0)

    def settled(self, was: int = 0) -> Self:
        """The run goes on over what was watched ahead or skipped. Where progress was
        lowered to just before what was skipped, that is skipped no more.
        """
        skipped = self.skipped
        if self.progress < was:
            after = self.progress + 1
            ended = [last for first, last in skipped if first <= after <= last]
            skipped = minus(skipped, tuple((after, last) for last in ended))
        run = union(up_to(self.progress), self.ahead, skipped)
        progress = run[0][1] if run and run[0][0] == 1 else 0
        ahead = minus(self.ahead, up_to(progress))
        return replace(self, progress=progress, ahead=ahead, skipped=skipped)

    @property
    def kept(self) -> str:
        """What stands beside progress: "" for most."""
        named = {"ahead": text_of(self.ahead), "skipped": text_of(self.skipped)}
        return "; ".join(f"{name} {text}" for name, text in named.items() if text)

    @property
    def columns(self) -> dict[str, Any]:
        return {"progress": self.progress, "episode_ranges": self.kept}

    def to_json(self) -> dict[str, str] | None:
        """All of it, as clients send and read it; None where progress says it all."""
        if not (self.ahead or self.skipped):
            return None
        return {"watched": text_of(self.watched), "skipped": text_of(self.skipped)}


def newly_watched(before: Mapping[str, Any], after: Mapping[str, Any]) -> Spans:
    """Of an entry: what is watched after and was not before."""
    if not (before["episode_ranges"] or after["episode_ranges"]):  # of most
        first, last = before["progress"] + 1, after["progress"]
        return ((first, last),) if first <= last else ()
    return minus(Seen.of(after).watched, Seen.of(before).watched)


def read_kept(text: str) -> tuple[Spans, Spans]:
    if not text:  # of most
        return (), ()
    parts = dict(part.split(" ") for part in text.split("; "))
    return read_spans(parts.get("ahead", "")), read_spans(parts.get("skipped", ""))


def read_spans(text: str) -> Spans:
    """What `text_of` wrote, which need not be looked at again."""
    ends = (part.partition("-") for part in text.split(",") if part)
    return tuple((int(first), int(last or first)) for first, _, last in ends)


def text_for_people(row: Mapping[str, Any]) -> str:
    """Of an entry: "watched 1-12,14; skipped 13"."""
    told = Seen.of(row).to_json() or {}
    return "; ".join(f"{name} {text}" for name, text in told.items() if text)


def from_text(text: str) -> dict[str, str] | None:
    """What `text_for_people` made, as clients send it; ValueError where it is none."""
    told = {}
    for part in filter(None, text.split(";")):
        name, _, episodes = part.strip().partition(" ")
        if name not in ("watched", "skipped") or name in told:
            raise ValueError("Write episodes as: watched 1-12,14; skipped 13.")
        told[name] = episodes.strip()
    return told or None


@dataclass(frozen=True, slots=True)
class Said:
    """What a client says of episodes; None leaves a list as it is."""

    watched: Spans | None = None
    skipped: Spans | None = None

    def over(self, was: Seen) -> Seen:
        """What is said wins over what stood there."""
        watched = was.watched if self.watched is None else self.watched
        skipped = was.skipped if self.skipped is None else self.skipped
        if self.skipped is None:
            skipped = minus(skipped, watched)
        return Seen.of_all(watched, skipped)


def from_json(value: Mapping[str, Any]) -> Said:
    """ValueError with a sentence where a list is none, or the two contradict."""
    lists = {name: value[name] for name in ("watched", "skipped") if name in value}
    if not lists:
        raise ValueError('Send {"watched": "1-12,14", "skipped": "13"}.')
    if wrong := [n for n, t in lists.items() if not isinstance(t, str | None)]:
        raise ValueError(f"{wrong[0]}: send episodes as a text, such as 1-12,14.")
    said = Said(**{name: parse(text or "") for name, text in lists.items()})
    both = common(said.watched or (), said.skipped or ())
    if both:
        raise ValueError(f"Both watched and skipped: {text_of(both)}.")
    return said


def said_as_columns(
    values: Mapping[str, Any], before: Mapping[str, Any], total: int | None
) -> dict[str, Any]:
    """Columns of an entry as sent, with progress as it follows from what is said of
    episodes. ValueError with a sentence where they contradict, or there are fewer.

    What stands there already may be sent back with another progress, which counts.
    """
    said, others = values["episode_ranges"], dict(values)
    if not isinstance(said, Said):
        return others
    del others["episode_ranges"]
    was = Seen.of(before)
    now = said.over(was)
    if now == was:
        return others
    if total and now.last > max(total, was.last):
        raise ValueError(f"The title has {total:,} episodes.")
    if others.get("progress", now.progress) != now.progress:
        raise ValueError(
            f"Progress follows from them: it is {now.progress}. Send one of the two."
        )
    return others | now.columns


def common(spans: Spans, others: Spans) -> Spans:
    return minus(spans, minus(spans, others))
