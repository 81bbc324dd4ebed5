"""Whether the replica has all that a person wrote."""

from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from animecollections.db.replica import READING
from history.log.models import UserState


def has_all_of(user_id: UUID) -> bool:
    """Their revision says so: there is no need to remember places of its log."""
    here, there = (
        UserState.objects.using(alias)
        .filter(pk=user_id)
        .values_list("epoch", "revision")
        .first()
        for alias in (DEFAULT_DB_ALIAS, READING)
    )
    if here is None or there is None:
        return False
    return there[0] == here[0] and there[1] >= here[1]
