"""Query parameters of what others see."""

from typing import Any

from animecollections.api.schema import paging, query
from collections_app.watch_list.for_others import ORDERINGS_FOR_OTHERS, PER_PAGE
from collections_app.watch_list.models import EntryType

YEARS: dict[str, Any] = {"minimum": 1900, "maximum": 2200}
ORDERING = query(
    "ordering",
    str,
    "Of a watch list: up to four of these keys, separated by commas, with - for "
    f"descending order: {', '.join(ORDERINGS_FOR_OTHERS)}. `title` if absent.",
)
TYPE = query(
    "type", str, "Only entries of these types.", enum=EntryType.values, many=True
)
PAGES = paging(PER_PAGE)
OF_LISTS = (TYPE, ORDERING, *PAGES)
