"""What a person does to their lists, one call at a time: by the one write path."""

from datetime import date
from uuid import UUID

from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from collections_app.own_lists.edit import ListOperation, ListOutcome
from collections_app.watch_list.writes import do_all


def do(
    *, user_id: UUID, operation: ListOperation, today: date, through: Origin
) -> ListOutcome:
    """One operation, whole or not at all.

    Five statements at most but for the save, however long the list: lock, title, lists,
    item, and where the title stands by `after`, the order of its list.
    """
    [result] = do_all(
        user_id=user_id, operations=[operation], today=today, through=through
    )
    if isinstance(result, ApiError):
        raise result
    if not isinstance(result, ListOutcome):
        raise TypeError(result)
    return result
