"""What a batch of a file would change: reads the database, writes nothing."""

from collections import ChainMap, Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from animecollections.db.json_rows import among
from collections_app.catalogue.facts import Facts
from collections_app.catalogue.matching import Key, Unclear, match
from collections_app.catalogue.models import Anime, ExternalId
from collections_app.catalogue.planning import Known, holders
from collections_app.catalogue.reader.records import Refusal
from collections_app.source_facts.cleaning import clean
from collections_app.source_facts.models import FactKind, SourceFact
from collections_app.source_facts.readers import Said
from collections_app.source_facts.values import Stored
from collections_app.source_facts.writes import Change


class LeftOut(NamedTuple):
    """A value of a row that cannot be kept; the rest of the row counts."""

    line: int
    title: str
    reason: str


class Difference(NamedTuple):
    """What a source said of a title, and what it says now."""

    anime_id: int
    title: str
    kind: FactKind
    before: Stored | None
    after: Stored | None


@dataclass(slots=True)
class Plan:
    """taken: which line each title of the batch is on.

    contradicted: titles of which another source says another thing of the same kind;
        both are kept.
    """

    source: str
    changes: list[Change] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    taken: dict[int, int] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    are_connections: bool = False  # of titles: what belongs together may change

    def compare(
        self, anime_id: int, title: str, said: Said, before: Mapping[FactKind, Stored]
    ) -> None:
        flaws: list[str] = []
        changed = False
        for kind, raw in said.values.items():
            known = len(flaws)
            after = None if raw is None else clean(kind, raw, flaws)
            if after is None and len(flaws) > known:
                continue  # what cannot be read takes nothing away
            if after == before.get(kind):
                continue
            changed = True
            self.changes.append(Change(anime_id, self.source, kind, after))
            self.differences.append(
                Difference(anime_id, title, kind, before.get(kind), after)
            )
            self.are_connections |= kind == FactKind.RELATIONS
        self.left_out += [LeftOut(said.line, said.label, flaw) for flaw in flaws]
        self.counts["left out"] += len(flaws)
        word = "updated" if before else "new"
        self.counts[word if changed else "unchanged"] += 1


def plan(batch: Sequence[Said], *, source: str, taken: dict[int, int]) -> Plan:
    """Four statements, whatever the size of the batch.

    taken: the titles of this import's earlier batches, and their lines.
    """
    planned = Plan(source)
    known = read_titles(batch)
    means: list[tuple[int, Said]] = []
    for said in batch:
        try:
            anime_id = title_of(said, known, ChainMap(planned.taken, taken))
        except Unclear as unclear:
            refusal = Refusal(said.line, said.label, str(unclear))
            planned.refusals.append(refusal)
            continue
        if anime_id is None:
            planned.counts["not in the catalogue"] += 1
            continue
        planned.taken[anime_id] = said.line
        means.append((anime_id, said))
    before = stored(source, [anime_id for anime_id, _ in means])
    for anime_id, said in means:
        title = known.rows[anime_id]["title"]
        planned.compare(anime_id, title, said, before.get(anime_id, {}))
    return planned


def read_titles(batch: Sequence[Said]) -> Known:
    keys = {key for said in batch for key in said.ids}
    numbers = {int(key) for site, key in keys if site == "mal"}
    rows = Anime.objects.order_by().filter(id__in=among(holders(keys) | numbers))
    found: dict[int, Facts] = {
        row["id"]: cast(Facts, row) for row in rows.values("id", "title", "gone_since")
    }
    known = Known(found, {}, set(), set())
    for id_ in found:
        is_own = id_ >= Anime.FIRST_OWN_ID
        known.learn(id_, () if is_own else [("mal", str(id_))])
    aliases = ExternalId.objects.filter(anime_id__in=among(found)).exclude(site="own")
    for id_, site, key in aliases.values_list("anime_id", "site", "external_id"):
        known.learn(id_, [(site, key)])
    return known


def title_of(said: Said, known: Known, taken: Mapping[int, int]) -> int | None:
    """The title that a row is about; Unclear where that is in doubt."""
    ids, contested = uncontested(said.ids, known)
    if not ids:
        raise Unclear(contested)
    candidates = known.candidates(ids)
    gone = {id_ for id_ in candidates if known.rows[id_]["gone_since"]}
    anime_id = match(ids, candidates, (), gone)
    if anime_id is not None and anime_id in taken:
        raise Unclear(f"it is the same title as line {taken[anime_id]}")
    if anime_id is None and contested:
        raise Unclear(contested)
    return anime_id


def uncontested(ids: frozenset[Key], known: Known) -> tuple[set[Key], str]:
    """The ids that mean one title, or none; and what is wrong with the others. A title
    that is gone contests no id.
    """
    clear: set[Key] = set()
    reason = ""
    for key in sorted(ids):
        claimants = known.claims.get(key, set())
        listed = {id_ for id_ in claimants if not known.rows[id_]["gone_since"]}
        if len(claimants := listed or claimants) > 1:
            titles = " and ".join(str(id_) for id_ in sorted(claimants))
            reason = f"its id {':'.join(key)} is claimed by the titles {titles}"
        else:
            clear.add(key)
    return clear, reason


def stored(source: str, ids: Sequence[int]) -> dict[int, dict[FactKind, Stored]]:
    facts = SourceFact.objects.filter(source=source, anime_id__in=among(ids))
    found: dict[int, dict[FactKind, Stored]] = {}
    for anime_id, kind, value in facts.values_list("anime_id", "kind", "value"):
        found.setdefault(anime_id, {})[FactKind(kind)] = value
    return found
