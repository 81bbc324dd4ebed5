"""What pages for others draw, made of what the API answers to the same viewer: nothing
here reads anything, so no page can show more.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from profiles.public_pages.words import (
    day,
    episodes,
    format_name,
    number,
    state_name,
    t,
)

Json = Mapping[str, Any]
Drawn = dict[str, Any]
TONES = 12  # palettes of drawn covers, in static/css/public.css
EAGER = 3  # covers that a phone shows at once
# What a link may show besides, in this order.
RANGE_WORDS = ("watched", "skipped")


def cover(anime_id: object, title: str, picture: str | None, **more: Any) -> Drawn:
    return {
        "href": f"/anime/{anime_id}",
        "title": title,
        "picture": picture if is_picture(picture) else "",
        "tone": int(str(anime_id)) % TONES,
        **more,
    }


def is_picture(address: str | None) -> bool:
    """Only what the page's policy lets a browser load."""
    return bool(address) and urlsplit(address or "").scheme in ("https", "http")


def of_entry(entry: Json) -> Drawn:
    """An entry of a watch list as a card."""
    return cover(
        entry["anime_id"],
        entry["title"],
        entry["imageUrl"],
        year=entry["year"],
        line=progress_line(entry),
        state=state_name(entry["state"]),
        share=progress_share(entry),
        score=score_text(entry["score"]),
        more=named_lines(entry),
    )


def of_item(item: Json) -> Drawn:
    """A title of a list of one's own as a card."""
    anime = item["anime"]
    return cover(
        anime["id"],
        anime["title"],
        anime["thumbnailUrl"] or anime["imageUrl"],
        year=anime["year"],
        line=facts_line(anime),
        more=named_lines(item),
    )


def of_title(title: Json, line: str = "") -> Drawn:
    """A title that figures name."""
    return cover(title["anime_id"], title["title"], title["imageUrl"], line=line)


def facts_line(anime: Json) -> str:
    """ "TV · 2006 · 37 episodes"."""
    facts = (
        format_name(anime["format"]),
        str(anime["year"] or ""),
        episodes(anime["episodes"]) if anime["episodes"] else "",
    )
    return " · ".join(filter(None, facts))


def progress_line(entry: Json) -> str:
    progress, total = entry["progress"], entry["episodes"]
    if entry["type"] == "Watching":
        return f"{number(progress)} / {number(total)}" if total else number(progress)
    facts = (format_name(entry["format"]), str(entry["year"] or ""))
    return " · ".join(filter(None, facts))


def progress_share(entry: Json) -> int | None:
    """Of a hundred; None where there is no bar."""
    if entry["type"] != "Watching" or not entry["episodes"]:
        return None
    share: float = entry["progress"] / entry["episodes"]
    return min(100, round(100 * share))


def score_text(score: float | None) -> str:
    return "" if score is None else number(score)


def last_day(entry: Json) -> Sequence[tuple[str, str]]:
    """Of the days that are seen the one that says most."""
    finished, started = entry.get("finished_on"), entry.get("started_on")
    if finished:
        return [(t("Finished"), day(finished))]
    return [(t("Started"), day(started))] if started else []


def named_lines(row: Json) -> Sequence[tuple[str, str]]:
    """What only a link shows, where it does: names and texts."""
    found = [
        (t("Started"), day(row.get("started_on"))),
        (t("Finished"), day(row.get("finished_on"))),
        (t("Date added"), day(row.get("added_at"))),
        (t("Rewatches"), number(row["rewatches"]) if row.get("rewatches") else ""),
        (t("Tags"), ", ".join(row.get("tags", ()))),
        (t("Episodes"), ranges(row.get("episode_ranges"))),
        (t("Notes"), row.get("notes", "")),
    ]
    return [(name, text) for name, text in found if text]


def ranges(kept: Json | None) -> str:
    """ "1–6, 9"."""
    watched = str((kept or {}).get("watched", ""))
    return watched.replace("-", "–").replace(",", ", ")


def first_eager(cards: Sequence[Drawn]) -> list[Drawn]:
    """Those that are seen at once are not to wait for the rest."""
    return [card | {"is_eager": at < EAGER} for at, card in enumerate(cards)]
