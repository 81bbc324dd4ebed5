"""Writes of scrobbling: an event is taken, and what its owner says of it afterwards.

The list is written by the one write path, as an operation of the token that sent the
event: it stands in the history, and is undone like any other, alone or with all that
its app did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.identity import Account, Origin
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.scrobbling.heard import Heard
from collections_app.scrobbling.models import (
    MatchedBy,
    Player,
    Scrobble,
    ScrobbleRule,
    ScrobbleSource,
    ScrobbleState,
)
from collections_app.scrobbling.playing_hooks import tell_playing
from collections_app.scrobbling.playing_verdicts import verdict_of_playing
from collections_app.scrobbling.recognition import (
    Verdict,
    by_decision,
    recognise,
    rule_key,
)
from collections_app.scrobbling.sources import note_heard, source_of, why_left_out
from collections_app.watch_list import undo as operations
from collections_app.watch_list.standing import standing
from collections_app.watch_list.watch_verb import SAME_WATCHING
from collections_app.watch_list.writes import Operation, do
from history.log.recording import locked

MOST_CANDIDATES = 5
MOST_RULES = 2_000
MOST_WAITING = 2_000
MOST_AT_ONCE = 50  # that waited for a rule, and are written when it is made
YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event. scrobble: where one is kept.

    reason: why it was left out, or waits.
    """

    state: str
    scrobble: Scrobble | None = None
    reason: str = ""


def take(*, account: Account, heard: Heard, key: str, through: Origin) -> Taken:
    """One event of a player. The same again changes nothing, and has its answer."""
    source = source_of(account.id, through.token_id)
    taken = taken_of(source, account, heard, key, through)
    note_heard(source, taken.reason or taken.state)
    return taken


def taken_of(
    source: ScrobbleSource, account: Account, heard: Heard, key: str, through: Origin
) -> Taken:
    left_out = why_left_out(source, heard)
    if heard.what in ("playing", "paused") and not left_out:
        show_playing(account.id, heard, verdict_of_playing(account.id, heard))
        return Taken("playing")
    if left_out:
        if left_out == "below_percent":
            show_playing(account.id, heard, verdict_of_playing(account.id, heard))
        return Taken("ignored", reason=left_out)
    if known := find(account.id, heard, key)[0]:  # without the lock: most retries
        return Taken(known.state, known, reason=known.reason)
    verdict = recognise(account.id, heard)
    if heard.what == "stopped":
        show_playing(account.id, heard, verdict)
    with locked(account.id):
        known, key = find(account.id, heard, key)
        if known:  # sent twice at once
            return Taken(known.state, known, reason=known.reason)
        scrobble = as_scrobble(account, heard, key, through)
        decide(scrobble, verdict, account, through, fills_gaps=source.fills_gaps)
        scrobble.save(force_insert=True)
        if scrobble.state == ScrobbleState.WAITING:
            drop_oldest(account.id)
    return Taken(scrobble.state, scrobble, scrobble.reason)


def drop_oldest(user_id: UUID) -> None:
    """Of what waits: a player may tell of titles that are none without an end, and
    nobody decides on thousands.
    """
    scrobbles = Scrobble.objects.of(user_id)
    waiting = scrobbles.filter(state=ScrobbleState.WAITING).newest_first()
    ids = waiting.values_list("pk", flat=True)
    if over := list(ids[MOST_WAITING : MOST_WAITING + MOST_AT_ONCE]):
        scrobbles.filter(pk__in=over).delete()


def find(user_id: UUID, heard: Heard, key: str) -> tuple[Scrobble | None, str]:
    """The event, where it is known, and else the key that it gets.

    Without a time (Kodi, Plex) each watching of an episode may say the very same: it is
    one event for some hours. Who sends our own JSON tells them apart by `at` or `id`.
    """
    rows = Scrobble.objects.of(user_id)
    if heard.at is not None or heard.player == Player.OWN:
        return rows.filter(key=key).first(), key
    now = timezone.now()
    later = [key_at(key, now), key_at(key, now - SAME_WATCHING)]
    known = list(rows.filter(key__in=[key, *later]))
    recent = (row for row in known if row.watched_at > now - SAME_WATCHING)
    return next(recent, None), later[0] if known else key


def key_at(key: str, time: datetime) -> str:
    """Of a later watching; the same for as long as SAME_WATCHING at most."""
    span = int(time.timestamp() // SAME_WATCHING.total_seconds())
    return sha256(f"{key} {span}".encode()).hexdigest()


def as_scrobble(account: Account, heard: Heard, key: str, through: Origin) -> Scrobble:
    now = timezone.now()
    return Scrobble(
        user_id=account.id,
        key=key,
        token_id=through.token_id,
        token_name=through.token_name,
        player=heard.player,
        account=heard.accounts[0] if heard.accounts else "",
        library=heard.library,
        series=heard.series,
        title=heard.title,
        is_film=heard.is_film,
        season=heard.season,
        episode=heard.episode,
        episode_end=heard.episode_end,
        year=heard.year if heard.year in YEARS else None,
        ids=dict(heard.ids),
        rule_key=rule_key(heard),
        # A player whose clock is wrong must not watch in the future.
        watched_at=min(heard.at or now, now),
    )


# --- Writing to the list -------------------------------------------------------------


def decide(
    scrobble: Scrobble,
    verdict: Verdict,
    account: Account,
    through: Origin,
    *,
    fills_gaps: bool,
) -> None:
    """Writes what is clear to the list; what is not waits. Not saved yet."""
    scrobble.matched_by, scrobble.reason = verdict.matched_by, verdict.reason
    scrobble.candidate_ids = list(verdict.candidates[:MOST_CANDIDATES])
    scrobble.anime_id = scrobble.anime_episode = scrobble.operation_id = None
    if verdict.is_dismissed:
        scrobble.state = ScrobbleState.DISMISSED
    elif verdict.place is None:
        scrobble.state = ScrobbleState.WAITING
    else:
        scrobble.anime_id, scrobble.anime_episode = verdict.place
        write(scrobble, verdict, account, through, fills_gaps=fills_gaps)


def write(
    scrobble: Scrobble,
    verdict: Verdict,
    account: Account,
    through: Origin,
    *,
    fills_gaps: bool,
) -> None:
    if first := told_before(scrobble):
        scrobble.state, scrobble.reason = ScrobbleState.ALREADY, "told_before"
        scrobble.operation_id = first
        return
    at, zone = scrobble.watched_at, account.timezone
    values = {
        "first": scrobble.anime_episode,
        "last": max(verdict.last or 0, scrobble.anime_episode or 0),
        "fills_gaps": fills_gaps,
        "at": at,
        "earlier_on": day_of(at - SAME_WATCHING, zone).isoformat(),
    }
    operation = Operation(
        "watch",
        AnimeRef(OWN, str(scrobble.anime_id)),
        values,
        watched_on=day_of(at, zone).isoformat(),
    )
    try:
        outcome = do(
            user_id=account.id,
            operation=operation,
            today=account.today,
            through=through,
        )
    except ApiError as refusal:  # a number that the title cannot have
        scrobble.state, scrobble.matched_by = ScrobbleState.WAITING, ""
        is_beyond = refusal.code in ("invalid", "already_completed")
        scrobble.reason = "beyond" if is_beyond else "title_gone"
        return
    scrobble.anime_id = outcome.anime_id
    scrobble.operation_id = outcome.operation_id
    is_written = outcome.operation_id is not None
    scrobble.state = ScrobbleState.DONE if is_written else ScrobbleState.ALREADY


def told_before(scrobble: Scrobble) -> UUID | None:
    """The operation of another event that said so a while ago. What was undone since
    says nothing: it may be watched now.
    """
    others = Scrobble.objects.of(scrobble.user_id).filter(
        anime_id=scrobble.anime_id,
        anime_episode=scrobble.anime_episode,
        state__in=[ScrobbleState.DONE, ScrobbleState.ALREADY],
        operation_id__isnull=False,
        watched_at__range=(
            scrobble.watched_at - SAME_WATCHING,
            scrobble.watched_at + SAME_WATCHING,
        ),
    )
    wrote = others.exclude(pk=scrobble.pk).order_by("id")
    ids = [id_ for id_ in wrote.values_list("operation_id", flat=True) if id_]
    stand = standing(scrobble.user_id, ids) if ids else set()
    return next((id_ for id_ in ids if id_ in stand), None)


def of_same_watching(scrobble: Scrobble) -> list[Scrobble]:
    """Other events of the watching that it is of, the nearest in time first."""
    if scrobble.operation_id is None:
        return []
    rows = Scrobble.objects.of(scrobble.user_id).filter(
        anime_id=scrobble.anime_id, operation_id=scrobble.operation_id
    )
    others = list(rows.exclude(pk=scrobble.pk))
    return sorted(others, key=lambda one: abs(one.watched_at - scrobble.watched_at))


def day_of(time: datetime, zone: str) -> date:
    """The day of who watched, by their own clock."""
    return time.astimezone(ZoneInfo(zone)).date()


# --- What is being played ------------------------------------------------------------


def show_playing(user_id: UUID, heard: Heard, verdict: Verdict) -> None:
    """To the devices that are connected; nothing is kept."""
    place, percent = verdict.place, heard.percent
    tell_playing(
        user_id,
        {
            "type": "playing",
            "state": heard.what,
            "player": heard.player.value,
            "anime_id": str(place.anime_id) if place else None,
            "episode": place.episode if place else None,
            "series": heard.series,
            "title": heard.title,
            "percent": None if percent is None else round(percent, 1),
        },
    )


# --- What its owner says -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """Which title it is; None: none. offset: added to the player's number."""

    account: Account
    anime_id: int | None
    offset: int
    through: Origin


@dataclass(frozen=True, slots=True)
class Decided:
    """The scrobble as it is now, what of its undo could not be put back, and how many
    others of its series were decided with it.
    """

    scrobble: Scrobble
    conflicts: Sequence[Mapping[str, Any]] = ()
    others: int = 0


def match(
    *,
    account: Account,
    scrobble_id: UUID,
    anime: AnimeRef | None,
    offset: int = 0,
    remember: bool = False,
    through: Origin,
) -> Decided:
    """Takes back what it wrote, and writes what it really was; None: no title. So it is
    with other events of the same watching. What is remembered counts for what comes,
    and for all of the series that waits.
    """
    said = Said(account, find_anime(anime).id if anime else None, offset, through)
    with locked(account.id):
        scrobble = get(account.id, scrobble_id)
        same = of_same_watching(scrobble)
        conflicts = take_back(scrobble, account, through)
        set_undone(same)
        for one in (scrobble, *same):
            decide_again(one, said, like=scrobble)
        others = 0
        if remember:
            keep_rule(scrobble, said)
            others = decide_waiting(scrobble, said)
    return Decided(scrobble, conflicts, others)


def decide_again(
    scrobble: Scrobble,
    said: Said,
    *,
    like: Scrobble,
    matched_by: MatchedBy = MatchedBy.BY_HAND,
) -> None:
    """Its owner decides; the settings are those of the token that sent it.

    like: the event by whose numbers it goes, of the same watching.
    """
    verdict = Verdict(is_dismissed=True, matched_by=matched_by)
    if said.anime_id is not None:
        heard = heard_again(like)
        verdict = by_decision(said.anime_id, said.offset, heard, matched_by)
    source = source_of(said.account.id, scrobble.token_id)
    fills_gaps = source.fills_gaps
    decide(scrobble, verdict, said.account, said.through, fills_gaps=fills_gaps)
    scrobble.save()


def undo(*, account: Account, scrobble_id: UUID, through: Origin) -> Decided:
    """Takes back what it wrote; other events of the same watching go with it."""
    with locked(account.id):
        scrobble = get(account.id, scrobble_id)
        same = of_same_watching(scrobble)
        conflicts = take_back(scrobble, account, through)
        set_undone([scrobble, *same])
    return Decided(scrobble, conflicts)


def set_undone(scrobbles: Sequence[Scrobble]) -> None:
    for scrobble in scrobbles:
        scrobble.state, scrobble.operation_id = ScrobbleState.UNDONE, None
        scrobble.save()


def remove(*, user_id: UUID, scrobble_id: UUID) -> None:
    """Out of the list of what came. What it wrote stays; the event, sent again, is a
    new one.
    """
    if not Scrobble.objects.of(user_id).filter(pk=scrobble_id).delete()[0]:
        raise ApiError("scrobble_not_found")


def get(user_id: UUID, scrobble_id: UUID) -> Scrobble:
    found: Scrobble | None = Scrobble.objects.of(user_id).filter(pk=scrobble_id).first()
    if found is None:
        raise ApiError("scrobble_not_found")
    return found


def take_back(
    scrobble: Scrobble, account: Account, through: Origin
) -> list[dict[str, Any]]:
    """What it wrote, as far as it still stands. Where the log is pruned, it stays."""
    if scrobble.operation_id is None:
        return []
    try:
        undone = operations.undo(
            user_id=account.id,
            operation_id=scrobble.operation_id,
            today=account.today,
            through=through,
        )
    except ApiError:
        return []
    return undone.conflicts


def heard_again(scrobble: Scrobble) -> Heard:
    return Heard(
        Player(scrobble.player),
        "watched",
        "",
        is_film=scrobble.is_film,
        series=scrobble.series,
        title=scrobble.title,
        season=scrobble.season,
        episode=scrobble.episode,
        episode_end=scrobble.episode_end,
        year=scrobble.year,
        ids=scrobble.ids,
        at=scrobble.watched_at,
    )


def keep_rule(scrobble: Scrobble, said: Said) -> None:
    """One for each series and season; 409 where there are too many."""
    rules = ScrobbleRule.objects.of(scrobble.user_id)
    rule = rules.filter(key=scrobble.rule_key).first()
    if rule is None:
        if rules.count() >= MOST_RULES:
            raise ApiError("scrobble_rules_full", number=MOST_RULES)
        rule = ScrobbleRule(user_id=scrobble.user_id, key=scrobble.rule_key)
    rule.series, rule.season = scrobble.series, scrobble.season
    rule.is_film = scrobble.is_film
    rule.anime_id, rule.offset = said.anime_id, said.offset
    rule.save()


def decide_waiting(scrobble: Scrobble, said: Said) -> int:
    """The others of its series and season, each as an operation of its own."""
    waiting = Scrobble.objects.of(scrobble.user_id).waiting(scrobble.rule_key)
    some = list(waiting.exclude(pk=scrobble.pk)[:MOST_AT_ONCE])
    for other in some:
        decide_again(other, said, like=other, matched_by=MatchedBy.REMEMBERED)
    return len(some)


def forget_rule(*, user_id: UUID, rule_id: UUID) -> None:
    if not ScrobbleRule.objects.of(user_id).filter(pk=rule_id).delete()[0]:
        raise ApiError("scrobble_rule_not_found")
