"""What others see, as shapes for the schema: made of what the owner is answered, and of
the tables that say which field is for whom.
"""

from collections.abc import Mapping
from typing import Any, get_type_hints

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from animecollections.api.shapes import Named, Raw, named
from animecollections.viewer import SeenBy
from collections_app.catalogue.entry_facts import FACT_KEYS
from collections_app.lists.for_others import ITEM_SEEN_BY, LIST_SEEN_BY
from collections_app.lists.serializers import ListItemOutput
from collections_app.stats.answers import Statistics, Totals, YearInReview, YearTotals
from collections_app.stats.for_others import FIGURES_SEEN_BY
from collections_app.watch_list.fields import COLUMNS_SEEN_BY
from collections_app.watch_list.serializers import EntryOutput, OwnListOutput
from profiles.profile.answers import PROFILE_SEEN_BY, ProfileAnswer
from profiles.sharing.models import SharedThing

Fields = dict[str, Any]
SeenByField = Mapping[str, SeenBy]


def for_others(fields: Fields, seen_by: SeenByField, *always: str) -> Fields:
    """Of a serializer those that others see; what a link has to name may be missing."""
    kept = {name: field for name, field in fields.items() if name in always}
    for name, field in fields.items():
        if seen_by.get(name, SeenBy.OWNER) is not SeenBy.OWNER:
            field.required = seen_by[name] is SeenBy.OTHERS
            kept[name] = field
    return {name: kept[name] for name in fields if name in kept}


class SharedEntryOutput(EntryOutput):
    """An anime on somebody's list, as others see it."""

    def get_fields(self) -> Fields:
        return for_others(super().get_fields(), COLUMNS_SEEN_BY, *FACT_KEYS)


@extend_schema_serializer(component_name="SharedList")
class SharedListOutput(OwnListOutput):
    """A list that somebody made, as others see it."""

    size = serializers.IntegerField(help_text="how many titles of it are seen")

    def get_fields(self) -> Fields:
        return for_others(super().get_fields(), LIST_SEEN_BY)


@extend_schema_serializer(component_name="SharedListItem")
class SharedListItemOutput(ListItemOutput):
    """A title on it."""

    def get_fields(self) -> Fields:
        return for_others(super().get_fields(), ITEM_SEEN_BY, "anime")


def keys(of: Any, seen_by: SeenByField, prefix: str = "") -> Fields:
    """The same of a TypedDict."""
    told = {}
    for name, shape in get_type_hints(of, include_extras=True).items():
        match seen_by[prefix + name]:
            case SeenBy.OTHERS:
                told[name] = shape
            case SeenBy.WHERE_NAMED:
                told[f"{name}?"] = shape
    return told


def figures(name: str, of: Any, totals: Any) -> Named:
    its_totals = named(f"{name}Totals", keys(totals, FIGURES_SEEN_BY, "totals."))
    return named(name, keys(of, FIGURES_SEEN_BY) | {"totals": its_totals})


OF_PROFILE = keys(ProfileAnswer, PROFILE_SEEN_BY)
PROFILE = named("SharedProfile", {"user_name": str} | OF_PROFILE)
STATISTICS = figures("SharedStatistics", Statistics, Totals)
YEAR = figures("SharedYear", YearInReview, YearTotals)
ENTRIES = SharedEntryOutput(many=True)
LISTS = SharedListOutput(many=True)
ITEMS = SharedListItemOutput(many=True)


OF = Raw(type="string", enum=[*SharedThing.values, "watchList", "lists"])
SHOWN = named(
    "Shown",
    {
        "of": OF,
        "user_name": str,
        "profile?": PROFILE,
        "entries?": ENTRIES,
        "lists?": LISTS,
        "list?": SharedListOutput(),
        "items?": ITEMS,
        "stats?": STATISTICS,
        "year?": YEAR,
    },
)
