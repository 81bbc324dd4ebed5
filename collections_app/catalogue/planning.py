"""What a batch of records would change: reads the database, writes nothing."""

from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import NamedTuple, cast

from django.db import connection
from django.db.models import Max

from animecollections.db.json_rows import among, array_of, select_pairs
from collections_app.catalogue.facts import (
    STORED,
    UNKNOWN,
    Facts,
    facts_of,
    lay_over,
    sort_title,
)
from collections_app.catalogue.held_facts import (
    IDS,
    Overruled,
    overrule,
    removed_ids,
    without_ids,
)
from collections_app.catalogue.matching import Key, Unclear, match, of_mal
from collections_app.catalogue.models import Anime, CatalogueState, ExternalId, Listing
from collections_app.catalogue.reader import Record, Refusal


@dataclass(slots=True)
class Known:
    """What the database holds of all titles that a batch may be about."""

    rows: dict[int, Facts]
    ids_of: dict[int, set[Key]]
    stored_ids: set[tuple[int, Key]]
    listed: set[int]
    claims: dict[Key, set[int]] = field(default_factory=dict)

    def learn(self, anime_id: int, keys: Iterable[Key]) -> None:
        self.ids_of.setdefault(anime_id, set()).update(keys)
        for key in keys:
            self.claims.setdefault(key, set()).add(anime_id)

    def candidates(self, keys: Iterable[Key]) -> dict[int, set[Key]]:
        ids = {id_ for key in keys for id_ in self.claims.get(key, ())}
        return {id_: self.ids_of[id_] for id_ in ids}


def holdings(keys: Iterable[Key]) -> defaultdict[Key, list[int]]:
    """The titles that hold each of these ids."""
    found = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT site, external_id, anime_id FROM collections_app_externalid "  # noqa: S608
            f"JOIN ({select_pairs('site', 'external_id')}) k USING (site, external_id)",
            [array_of(keys)],
        )
        for site, key, anime_id in cursor.fetchall():
            found[site, key].append(anime_id)
    return found


def holders(keys: Iterable[Key]) -> set[int]:
    return {id_ for ids in holdings(keys).values() for id_ in ids}


def read_known(batch: Iterable[Record], source: str, own: Iterable[int]) -> Known:
    """Four statements, whatever the size of the batch.

    own: ids of ours that are meant for new titles.
    """
    keys = {key for record in batch for key in record.external_ids}
    # A number that is a title's id already is that title's MyAnimeList id.
    numbers = {int(key) for site, key in keys if site == "mal"} | set(own)
    rows = Anime.objects.order_by().filter(id__in=among(holders(keys) | numbers))
    found = {row["id"]: row for row in rows.values(*STORED)}
    aliases = ExternalId.objects.filter(anime_id__in=among(found)).exclude(site="own")
    stored = {
        (anime_id, (site, key))
        for anime_id, site, key in aliases.values_list(
            "anime_id", "site", "external_id"
        )
    }
    listings = Listing.objects.filter(source=source, anime_id__in=among(found))
    listed = set(listings.values_list("anime_id", flat=True))
    known = Known(found, {}, stored, listed)
    for id_ in found:
        own = id_ >= Anime.FIRST_OWN_ID
        known.learn(id_, () if own else [("mal", str(id_))])
    for id_, key in stored:
        known.learn(id_, [key])
    return known


class Claim(NamedTuple):
    """How strong a row's claim to be a title is; the smallest is the strongest.

    What it is about comes last, so that of equal ones the same wins in any order.
    """

    lacks_mal: bool
    shared: int  # ids that it shares with a title of ours; these are negative
    ids: int
    facts: int
    content: str

    def reason_over(self, other: "Claim") -> str:
        for mine, others, reason in (
            (self.lacks_mal, other.lacks_mal, "which has a MyAnimeList id"),
            (self.shared, other.shared, "which has more of its ids"),
            (self.ids, other.ids, "which has more ids"),
            (self.facts, other.facts, "which says more of it"),
        ):
            if mine != others:
                return f", {reason}"
        return ""


@dataclass(slots=True)
class Plan:
    """What one batch would change.

    numbers:   the ids of ours that are meant for new titles, by line.
    rows:      the new and changed titles as they will be, by id.
    changed:   which of their facts differ; all of them where the title is new.
    new_ids:   the sites' ids that they learn.
    taken:     which line each title of the batch is on; claims: how strongly.
    contested: ids that more than one title claims now.
    overruled: what the batch says and staff overrule.
    """

    known: Known
    next_own_id: int
    numbers: Mapping[int, int] = field(default_factory=dict)
    rows: dict[int, Facts] = field(default_factory=dict)
    changed: dict[int, set[str]] = field(default_factory=dict)
    new_ids: dict[int, list[Key]] = field(default_factory=dict)
    new_listings: list[int] = field(default_factory=list)
    taken: dict[int, int] = field(default_factory=dict)
    claims: dict[int, Claim] = field(default_factory=dict)
    contested: dict[Key, set[int]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    overruled: list[Overruled] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_change(self) -> bool:
        return bool(self.rows or self.new_listings)

    def add_all(self, records: Sequence[Record], taken: Mapping[int, int]) -> None:
        """Rows that may be one title: the strongest claim comes first."""
        claims: list[tuple[Claim | None, Record]] = [(None, one) for one in records]
        if len(records) > 1:
            strengths = ((self.strength(one), one) for one in records)
            claims = sorted(strengths, key=itemgetter(0))
        for claim, record in claims:
            try:
                self.add(record, claim, taken)
            except Unclear as unclear:
                ids = record.external_ids
                refusal = Refusal(record.line, record.title, str(unclear), ids)
                self.refusals.append(refusal)

    def strength(self, record: Record) -> Claim:
        keys = set(record.external_ids)
        candidates = self.known.candidates(keys).values()
        return Claim(
            not of_mal(keys),
            -max((len(keys & theirs) for theirs in candidates), default=0),
            -len(keys),
            -len(facts_of(record)),
            repr(replace(record, line=0)),
        )

    def add(
        self, record: Record, claim: Claim | None, taken: Mapping[int, int]
    ) -> None:
        """Decides which title a record is, and what it changes."""
        keys = set(record.external_ids)
        candidates = self.known.candidates(keys)
        gone = {id_ for id_ in candidates if self.is_gone(id_)}
        anime_id = match(keys, candidates, taken, gone)
        if anime_id is None:
            anime_id = self.free_id(record, taken)
        elif anime_id in taken:
            first = self.claims.get(anime_id)
            reason = first.reason_over(claim) if first and claim else ""
            raise Unclear(f"it is the same title as line {taken[anime_id]}{reason}")
        self.taken[anime_id] = record.line
        if claim:
            self.claims[anime_id] = claim
        record = self.without_removed_ids(anime_id, record)
        self.claim(anime_id, set(record.external_ids))
        self.lay_over(anime_id, facts_of(record))

    def without_removed_ids(self, anime_id: int, record: Record) -> Record:
        """Without the ids that staff took from the title."""
        row = self.known.rows.get(anime_id)
        if row is None or not (removed := removed_ids(row)):
            return record
        record, said = without_ids(record, removed)
        if said:
            self.overruled.append(Overruled(anime_id, row["title"], IDS, said))
        return record

    def is_gone(self, anime_id: int) -> bool:
        if anime_id in self.taken:
            return False
        return bool(self.known.rows.get(anime_id, {}).get("gone_since"))

    def free_id(self, record: Record, taken: Mapping[int, int]) -> int:
        """The smallest MyAnimeList id where there is one, else one of our own."""
        numbers = sorted(int(key) for site, key in record.external_ids if site == "mal")
        numbers = [number for number in numbers if number < Anime.FIRST_OWN_ID]
        if record.line in self.numbers:
            numbers.append(self.numbers[record.line])
        for number in numbers:
            if number not in self.known.rows and number not in taken:
                return number
        self.next_own_id += 1
        return self.next_own_id - 1

    def claim(self, anime_id: int, keys: set[Key]) -> None:
        claims = {(anime_id, key) for key in keys} - self.known.stored_ids
        self.new_ids[anime_id] = sorted(key for _, key in claims)
        self.known.learn(anime_id, keys)
        for key in keys:
            if len(claimants := self.known.claims[key]) > 1:
                self.contested[key] = claimants
        if anime_id not in self.known.listed:
            self.new_listings.append(anime_id)

    def lay_over(self, anime_id: int, facts: Facts) -> None:
        row = self.known.rows.get(anime_id)
        if row is None:
            self.counts["new"] += 1
            row = Facts(id=anime_id, created_at=None, held_facts={})
            changes: Facts = {**UNKNOWN, **facts}
        else:
            taken, overruled = overrule(row, facts)
            self.overruled += overruled
            changes = lay_over(row, cast("Facts", taken))
            if row["gone_since"]:
                self.counts["returned"] += 1
            elif not changes and not self.new_ids[anime_id]:
                self.counts["unchanged"] += 1
                return
            self.counts["updated"] += 1
        if "title" in changes:
            changes["sort_title"] = sort_title(changes["title"])
        self.rows[anime_id] = {**row, **changes, "gone_since": None}
        self.changed[anime_id] = set(changes)


def plan(
    groups: Sequence[Sequence[Record]],
    *,
    source: str,
    taken: dict[int, int],
    next_own_id: int,
    numbers: Mapping[int, int],
) -> Plan:
    """What a batch would change in the catalogue as it stands.

    groups: rows that may be one title together, all others by themselves.
    taken: the titles of this import's earlier batches, and their lines.
    """
    batch = [record for group in groups for record in group]
    own = {
        record.line: numbers[record.line] for record in batch if record.line in numbers
    }
    planned = Plan(read_known(batch, source, own.values()), next_own_id, own)
    for group in groups:
        planned.add_all(group, ChainMap(planned.taken, taken))
    return planned


def next_own_id(state: CatalogueState) -> int:
    """Never one that was given before, nor one that was entered by hand."""
    highest = Anime.objects.aggregate(id=Max("id"))["id"] or 0
    return max(state.next_own_id, highest + 1)
