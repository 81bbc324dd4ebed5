"""What staff say of a title against what sources say: their fact is one of the source
`staff`, which wins over all others, and which no import writes.
"""

import json

from django.dispatch import Signal

from animecollections.api.errors import refuse
from animecollections.identity import Origin
from collections_app.catalogue.writes import changing_catalogue, known_facts
from collections_app.source_facts.cleaning import clean
from collections_app.source_facts.franchises import connect
from collections_app.source_facts.models import TIMES, FactKind, SourceFact
from collections_app.source_facts.precedence import STAFF, shown_value
from collections_app.source_facts.values import Stored
from collections_app.source_facts.writes import Change, carry_out
from history.staff_log import services as audit

LONGEST_VALUE = 200_000  # characters
NOTHING: Stored = {}  # a value of staff's that hides what sources say
# Kinds whose value is one list, or one object by language: people write that alone.
IS_LIST = set(FactKind) - {
    FactKind.AIRING,
    FactKind.DESCRIPTION,
    FactKind.VOTES,
}


# Sent after the commit: the airings that follow from facts belong to a room above.
times_changed = Signal()


def by_source(anime_id: int) -> dict[FactKind, dict[str, Stored]]:
    """All that is said of a title: by kind, then by source. One statement."""
    facts = SourceFact.objects.filter(anime_id=anime_id).order_by("kind", "source")
    found: dict[FactKind, dict[str, Stored]] = {}
    for kind, source, value in facts.values_list("kind", "source", "value"):
        found.setdefault(FactKind(kind), {})[source] = value
    return found


def held_kinds(anime_id: int) -> list[FactKind]:
    """Of which staff say one."""
    return [kind for kind, said in by_source(anime_id).items() if STAFF in said]


def as_text(kind: FactKind, value: Stored) -> str:
    """As staff read and write it."""
    shown = value.get(kind.value, {}) if kind in IS_LIST else value
    return json.dumps(shown, ensure_ascii=False, indent=1) if shown else ""


def read_text(kind: FactKind, text: str) -> Stored:
    """What staff wrote, as it is stored; 400 on `value` with what is wrong with it."""
    if not text.strip():
        return NOTHING
    if len(text) > LONGEST_VALUE:
        raise refuse(value=f"Send at most {LONGEST_VALUE:,} characters.")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refuse(value=f"This is not JSON: {error}.") from None
    flaws: list[str] = []
    value = clean(kind, said, flaws)
    if flaws:
        raise refuse(value=f"{'; '.join(flaws[:5])}.")
    return value or NOTHING


def overrule(
    *,
    anime_id: int,
    kind: FactKind,
    value: Stored,
    reason: str,
    through: Origin,
) -> None:
    """Shows this value whatever sources say, until it is let go; NOTHING hides it."""
    write(anime_id, kind, value, "overrule_fact", reason, through)


def hold(*, anime_id: int, kind: FactKind, reason: str, through: Origin) -> None:
    """Keeps what is shown now, whatever imports say later."""
    shown = shown_value(kind, by_source(anime_id).get(kind, {}))
    if shown is None:
        raise refuse(value="No source says this of the title.")
    write(anime_id, kind, shown, "hold_fact", reason, through)


def let_go(*, anime_id: int, kind: FactKind, reason: str, through: Origin) -> None:
    """Shows what sources say again."""
    write(anime_id, kind, None, "let_go_of_fact", reason, through)


def write(
    anime_id: int,
    kind: FactKind,
    value: Stored | None,
    action: str,
    reason: str,
    through: Origin,
) -> None:
    with changing_catalogue() as state:
        known_facts(anime_id, "id")
        before = by_source(anime_id).get(kind, {}).get(STAFF)
        if before == value:
            return
        audit.note(
            action=action,
            through=through,
            reason=reason,
            anime_id=anime_id,
            before={kind.value: before},
            after={kind.value: value},
        )
        carry_out([Change(anime_id, STAFF, kind, value)], state)
    if kind == FactKind.RELATIONS:
        connect()
    if kind in TIMES:
        times_changed.send_robust(sender=None, anime_ids=[anime_id])
