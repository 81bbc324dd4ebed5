"""What the rules of a smart list find: one statement, whatever they say.

A condition is what the parameter of the same name asks for on the watch list or in the
catalogue: their filter sets say it, joined here by all, any and not.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from operator import and_, or_
from typing import Any
from uuid import UUID

from django.db import OperationalError
from django.db.models import Q

from animecollections.api.errors import refuse
from animecollections.api.filtering import TypedFilterSet
from animecollections.api.parameters import Parameter
from animecollections.api.schema import query
from animecollections.db.statements import limited, was_ended
from collections_app.catalogue import filters as catalogue
from collections_app.catalogue.models import Anime, AnimeQuerySet
from collections_app.own_lists.models import LONGEST_NAME
from collections_app.own_lists.reads import titles_on_named
from collections_app.own_lists.rules import (
    CATALOGUE,
    WATCH_LIST,
    Condition,
    Group,
    Rules,
    RulesError,
    read_rules,
    source_of,
)
from collections_app.watch_list import filters as watch_list
from collections_app.watch_list.filters import Named
from collections_app.watch_list.models import EntryQuerySet, WatchListEntry


class TitlesByRules(catalogue.AnimeFilters):
    """Those of the catalogue; `search` by words of names, as on the watch list: what
    resembles them has an order, but no end.
    """

    search = Named("pk")


FILTERS: Mapping[str, type[TypedFilterSet]] = {
    WATCH_LIST: watch_list.EntryFilters,
    CATALOGUE: TitlesByRules,
}
LIST = "list"
TOO_LONG = "These rules take too long. Send fewer words, or fewer conditions."


def conditions_of(
    parameters: list[Parameter], filters: type[TypedFilterSet]
) -> dict[str, Parameter]:
    """The parameters that narrow, and say nothing of pages, orders and shapes."""
    known = {*filters.base_filters, LIST}
    return {one.name: one for one in parameters if one.name in known}


ParametersOf = Mapping[str, Mapping[str, Parameter]]
PARAMETERS_OF: ParametersOf = {
    WATCH_LIST: conditions_of(watch_list.PARAMETERS, FILTERS[WATCH_LIST]),
    CATALOGUE: conditions_of(catalogue.PARAMETERS, FILTERS[CATALOGUE]),
}
# Files call lists by their names, which may be longer than keys.
PARAMETERS_IN_FILES: ParametersOf = {
    **PARAMETERS_OF,
    WATCH_LIST: {
        **PARAMETERS_OF[WATCH_LIST],
        LIST: query(LIST, str, "A list by its name.", max_length=LONGEST_NAME),
    },
}


def checked(
    rules: Rules, parameters_of: ParametersOf = PARAMETERS_OF
) -> dict[str, Any]:
    """Rules as they are stored; RulesError for what they cannot mean."""
    read_rules(rules, parameters_of)
    return {"from": source_of(rules)} | dict(rules)


def is_of_list(rules: Rules) -> bool:
    return bool(rules) and source_of(rules) == WATCH_LIST


@contextmanager
def in_time(rules: Rules) -> Iterator[None]:
    """What rules find in the catalogue, in the time that visitors have. 400 for what
    takes longer: it would again, and what is 503 clients ask for ever.
    """
    if not rules:
        yield
        return
    try:
        with limited(is_visitor=not is_of_list(rules)):
            yield
    except OperationalError as error:
        if not was_ended(error):
            raise
        raise refuse(rules=TOO_LONG) from None


def condition(rules: Rules, user_id: UUID, zone: str) -> Q:
    """For entries, or for titles `with_entry_of` the user, as `from` says.

    400 where what was stored once is no condition any more.
    """
    try:
        group = read_rules(rules, PARAMETERS_OF)
    except RulesError as error:
        raise refuse(rules=str(error)) from None
    filters = FILTERS[source_of(rules)]

    def joined(part: Condition | Group) -> Q:
        if isinstance(part, Condition):
            if part.name == LIST:
                return Q(anime_id__in=titles_on_named(user_id, part.value))
            return filters.condition({part.name: part.value}, zone)
        inner = [joined(one) for one in part.parts]
        if part.joint == "not":
            return ~inner[0]
        return reduce(or_ if part.joint == "any" else and_, inner)

    return joined(group)


def titles_found(
    rules: Rules, user_id: UUID, *, zone: str, hides_mature: bool
) -> AnimeQuerySet:
    """The titles, each with the user's entry. Of the watch list all of them; of the
    catalogue what it shows to this person.
    """
    titles = Anime.objects.all().with_entry_of(user_id)
    found: AnimeQuerySet
    asked = condition(rules, user_id, zone)
    if is_of_list(rules):
        entries = WatchListEntry.objects.of(user_id).filter(asked)
        found = titles.filter(pk__in=entries.values("anime_id"))
    else:
        found = titles.listed().shown(hides_mature=hides_mature).filter(asked)
    return found


def entries_found(
    entries: EntryQuerySet, rules: Rules, user_id: UUID, *, zone: str
) -> EntryQuerySet:
    """Of a watch list, the entries whose titles the rules find."""
    if is_of_list(rules):
        return entries.filter(condition(rules, user_id, zone))
    titles = titles_found(rules, user_id, zone=zone, hides_mature=False)
    return entries.filter(anime_id__in=titles.values("pk"))
