"""What editors do about wordings that the catalogue does not find: link one to a title,
dismiss it, give it to a colleague. Each for a reason, in the log of what staff did.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from animecollections.api.errors import refuse
from animecollections.identity import Origin
from collections_app.catalogue import writes as catalogue
from collections_app.catalogue.facts import NAMES
from collections_app.catalogue.missing_titles.models import MissingStatus, MissingTitle
from collections_app.catalogue.models import Anime
from collections_app.catalogue.search.search_names import (
    LONGEST_NAME,
    fold_name,
    own_names,
)
from history.staff_log import services as audit


def key_of(text: str) -> str:
    return fold_name(text)


def settled_keys() -> set[str]:
    """Of the wordings that need nobody any more."""
    rows = MissingTitle.objects.exclude(status=MissingStatus.OPEN)
    return set(rows.values_list("key", flat=True))


def rows_for(texts: Iterable[str]) -> dict[str, MissingTitle]:
    """What was done about these wordings, by their key; one statement."""
    keys = {key_of(text) for text in texts}
    rows = MissingTitle.objects.filter(key__in=keys).select_related("assigned_to")
    return {row.key: row for row in rows}


def link(*, text: str, anime: Anime, reason: str, through: Origin) -> None:
    """Makes the wording a name of the title: search and imports find it by that. 400
    where it is another's by now.
    """
    with catalogue.changing_catalogue():
        row = row_of(text)
        if row.status == MissingStatus.LINKED and row.anime_id not in (None, anime.pk):
            raise refuse(
                anime=f"It is linked to {row.anime} already: look there first."
            )
        facts = catalogue.known_facts(anime.pk, *NAMES)
        if key_of(text) not in own_names(facts):
            synonyms = [*facts["synonyms"], text]
            catalogue.edit(
                anime_id=anime.pk,
                facts={"synonyms": synonyms},
                reason=reason,
                through=through,
            )
        settle(text, MissingStatus.LINKED, reason, through, anime)


def dismiss(*, text: str, reason: str, through: Origin) -> None:
    with transaction.atomic():
        settle(text, MissingStatus.DISMISSED, reason, through)


def reopen(*, text: str, reason: str, through: Origin) -> None:
    """For one that was dismissed by mistake. A name that was linked stays."""
    with transaction.atomic():
        settle(text, MissingStatus.OPEN, reason, through)


def assign(*, text: str, to: Any, reason: str, through: Origin) -> None:
    """to: the member of staff, or None."""
    with transaction.atomic():
        row = row_of(text)
        before, row.assigned_to = row.assigned_to, to
        row.save(update_fields=["assigned_to", "changed_at"])
        note(row, "assign", reason, through, who(before), who(to))


def settle(
    text: str,
    status: MissingStatus,
    reason: str,
    through: Origin,
    anime: Anime | None = None,
) -> None:
    row = row_of(text)
    before = row.status
    row.status, row.anime = status, anime
    row.save(update_fields=["status", "anime", "changed_at"])
    note(row, status, reason, through, before, status)


def row_of(text: str) -> MissingTitle:
    """Locked: what it was before is in the log."""
    row, _ = MissingTitle.objects.select_for_update().get_or_create(
        key=key_of(text), defaults={"text": text[:LONGEST_NAME]}
    )
    return row


def who(user: Any) -> str:
    return user.user_name if user else ""


def note(
    row: MissingTitle,
    action: str,
    reason: str,
    through: Origin,
    before: str,
    after: str,
) -> None:
    audit.note(
        action=f"missing_title_{action}",
        through=through,
        reason=reason,
        anime_id=row.anime_id,
        before={"wording": row.text, "was": before},
        after={"wording": row.text, "is": after},
    )
