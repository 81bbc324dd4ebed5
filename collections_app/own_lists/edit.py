"""What one write does to lists of one's own: read, decided in memory, saved once.

It is a part of the one write path (`watch_list/writes.py`): the user's lock is held,
and each changed row is a change in the log. A list is never replaced as a set; what is
on it changes title by title.
"""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q, QuerySet

from animecollections.api.conditional import ALWAYS, Precondition, mismatch
from animecollections.api.errors import ApiError, refuse
from animecollections.api.language import spoken
from animecollections.db.bulk import Rows
from animecollections.db.ids import new_id
from animecollections.viewer import Audience
from collections_app.catalogue.refs import AnimeRef
from collections_app.own_lists.models import MOST_ITEMS, MOST_LISTS, ListItem, OwnList
from collections_app.own_lists.ranks import places_for
from collections_app.own_lists.rules import lists_named, with_lists
from collections_app.own_lists.values import (
    ITEM_COLUMNS,
    ITEM_FIELDS,
    LIST_COLUMNS,
    LIST_FIELDS,
    NEW_LIST,
    Row,
    item_snapshot,
    item_to_json,
    list_snapshot,
    list_to_json,
)
from history.log.recording import Recording
from history.models import ChangeKind

ListVerb = Literal[
    "list_create", "list_update", "list_remove", "list_put", "list_take_off"
]
LIST_VERBS: tuple[ListVerb, ...] = (
    "list_create", "list_update", "list_remove", "list_put", "list_take_off",
)  # fmt: skip
Place = tuple[UUID, int]  # of an item: its list, its title
Standing = tuple[str, UUID, int]  # rank, id of the item, title: sorted, a list's order


@dataclass(frozen=True, slots=True)
class ListOperation:
    """One thing to do to one list.

    list_ref: the list's id, or the key of the operation that made it.
    anime:    the title that is put or taken off.
    places:   whether the call says where: `after` a title (None: before all others), or
              by a rank in `values`.
    values:   columns as sent.
    only_if:  what the client saw of the list; where that is no more, it is refused.
    key:      the client's own; of several with one key, the first that succeeds is the
              only one that is done.
    """

    verb: ListVerb
    list_ref: str = ""
    anime: AnimeRef | None = None
    after: AnimeRef | None = None
    places: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    only_if: Precondition = ALWAYS
    key: str = ""

    @property
    def titles(self) -> list[AnimeRef]:
        return [ref for ref in (self.anime, self.after) if ref is not None]


@dataclass(slots=True)
class ListOutcome:
    """What one operation did: `list_id` of the list, `anime_id` of the item; `list` and
    `item` as they are after the whole write, None where they are gone.
    """

    list_id: UUID
    anime_id: int | None = None
    removed: int = 0
    warnings: list[dict[str, Any]] = field(default_factory=list)
    list: dict[str, Any] | None = None
    item: dict[str, Any] | None = None
    operation_id: UUID | None = None  # None when nothing changed


@dataclass(slots=True)
class ListsEdit:
    """The lists of one user that one write is about."""

    record: Recording
    user_id: UUID
    before: dict[UUID, Row] | None = None  # all of the user's, once they were read
    lists: dict[UUID, Row] = field(default_factory=dict)
    items_before: dict[Place, Row] = field(default_factory=dict)
    items: dict[Place, Row] = field(default_factory=dict)
    read_places: set[Place] = field(default_factory=set)
    orders: dict[UUID, list[Standing]] = field(default_factory=dict)

    # --- Reading ---------------------------------------------------------------------

    def prepare(
        self, operations: Iterable[ListOperation], ids: Mapping[AnimeRef, int]
    ) -> None:
        """All that these need: three statements at most, however many they are."""
        operations = list(operations)
        if not operations:
            return
        self.read_lists()
        places, ordered, whole = set(), set(), set()
        for operation in operations:
            row = self.find(operation.list_ref)
            if row is None:
                continue
            if operation.verb == "list_remove":
                whole.add(row["id"])
            elif operation.anime and operation.anime in ids:
                places.add((row["id"], ids[operation.anime]))
            if operation.verb == "list_put" and "rank" not in operation.values:
                ordered.add(row["id"])
        self.read_items(places, whole)
        self.read_orders(ordered)

    def read_lists(self) -> None:
        if self.before is None:
            rows: Any = OwnList.objects.of(self.user_id).values(*LIST_COLUMNS)
            self.before = {row["id"]: row for row in rows}
            self.lists = {id_: dict(row) for id_, row in self.before.items()}

    def read_items(
        self, places: Collection[Place], whole: Collection[UUID] = ()
    ) -> None:
        """Those at these places, and all of some lists; one statement, and none where
        this write makes the list.
        """
        there = self.before or {}
        new = {
            place
            for place in places
            if place not in self.read_places and place[0] in there
        }
        whole = [id_ for id_ in whole if id_ in there]
        if not new and not whole:
            return
        wanted = Q(list_id__in=whole) if whole else Q(pk__in=())
        if new:
            lists, titles = zip(*new, strict=True)
            wanted |= Q(list_id__in=set(lists), anime_id__in=set(titles))
        self.take(ListItem.objects.of(self.user_id).filter(wanted))
        self.read_places |= new

    def read_titles(self, anime_ids: Collection[int]) -> None:
        """The items of these titles on all lists; one statement."""
        self.read_lists()
        self.take(ListItem.objects.of(self.user_id).of_anime(anime_ids))
        self.read_places |= {(id_, title) for id_ in self.lists for title in anime_ids}

    def take(self, rows: QuerySet[ListItem]) -> None:
        for row in rows.values(*ITEM_COLUMNS):
            place = row["list_id"], row["anime_id"]
            if place not in self.read_places:
                self.items_before[place] = row
                self.items[place] = dict(row)
                self.read_places.add(place)

    def read_orders(self, list_ids: Collection[UUID]) -> None:
        """What stands where on these lists; one statement."""
        new = [id_ for id_ in list_ids if id_ not in self.orders]
        if not new:
            return
        self.orders |= {id_: [] for id_ in new}
        kept = [id_ for id_ in new if id_ in (self.before or {})]
        rows: Any = ListItem.objects.of(self.user_id).filter(list_id__in=kept)
        found = rows.values_list("list_id", "rank", "id", "anime_id") if kept else ()
        for list_id, *standing in found:
            if (list_id, standing[2]) not in self.read_places:
                self.orders[list_id].append(tuple(standing))
        for (list_id, _), row in self.items.items():
            if list_id in new:
                self.orders[list_id].append(standing_of(row))
        for id_ in new:
            self.orders[id_].sort()

    def find(self, ref: str) -> Row | None:
        self.read_lists()
        try:
            row = self.lists.get(UUID(ref))
        except ValueError:
            row = None
        return row or next(
            (row for row in self.lists.values() if ref and row["client_key"] == ref),
            None,
        )

    def list_of(self, ref: str) -> Row:
        row = self.find(ref)
        if row is None:
            raise ApiError("list_not_found")
        return row

    def item(self, place: Place) -> Row | None:
        self.read_items([place])
        return self.items.get(place)

    # --- Deciding --------------------------------------------------------------------

    def apply(
        self, operation: ListOperation, anime_id: int | None, after_id: int | None
    ) -> ListOutcome:
        """One operation in memory; an ApiError leaves everything as it was."""
        if operation.verb == "list_create":
            return self.create(operation)
        row = self.list_of(operation.list_ref)
        if not operation.only_if.allows(row["revision"]):
            raise mismatch(list=list_to_json(row))
        match operation.verb:
            case "list_update":
                self.check_kind(row, operation.values)
                row |= self.with_lists_found(operation.values)
                return ListOutcome(row["id"])
            case "list_remove":
                return self.remove(row)
            case "list_take_off":
                refuse_items(row)
                removed = self.take_off((row["id"], anime_id or 0))
                return ListOutcome(row["id"], anime_id, removed)
        return self.put(row, anime_id or 0, after_id, operation)

    def create(self, operation: ListOperation) -> ListOutcome:
        """Asked for again under the same key, it is the list that there is."""
        self.read_lists()
        if made := self.find(operation.key):
            return ListOutcome(made["id"])
        if len(self.lists) >= MOST_LISTS:
            raise ApiError("lists_full", number=f"{MOST_LISTS:,}")
        self.check_kind(operation.values, operation.values)
        made = self.make(self.with_lists_found(operation.values), operation.key)
        return ListOutcome(made["id"])

    def check_kind(self, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """What a smart list cannot have, and a manual one; the row as it is, or as it
        will be made. A list stays of its kind.
        """
        is_smart = bool(row.get("rules"))
        if not is_smart and values.get("rules"):
            raise refuse(rules="Only a smart list has rules: make one for them.")
        if is_smart and values.get("rules") == {}:
            raise refuse(rules="A smart list needs its rules.")
        if is_smart and values.get("leave_when_completed"):
            sentence = 'Say it by rules, such as {"not": {"type": "Completed"}}.'
            raise refuse(leave_when_completed=sentence)
        if is_smart and values.get("audience", Audience.NOBODY) != Audience.NOBODY:
            raise smart_is_own()

    def with_lists_found(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Rules name a list by its key or its id in one spelling, so that both can be
        compared as texts.
        """
        rules, names = values.get("rules"), {}
        for place, name in lists_named(rules):
            named = self.find(name)
            if named is None or named["rules"]:
                reason = "is a smart list" if named else "is not there"
                raise refuse(rules=f"{place}: This list {reason}. Name a manual one.")
            names[name] = name if name == named["client_key"] else str(named["id"])
        return {**values, "rules": with_lists(rules, names)} if names else values

    def make(self, values: Mapping[str, object], key: str = "") -> Row:
        at = self.record.at
        row: Row = {"id": new_id(), "client_key": key, "revision": 0, "size": 0}
        row |= {"created_at": at, "updated_at": at, "items_revision": 0}
        self.lists[row["id"]] = row | NEW_LIST | dict(values)
        return self.lists[row["id"]]

    def bring_back(self, row: Row) -> None:
        """A list that was removed; by this write, it is as if it had never been."""
        there = (self.before or {}).get(row["id"], {})
        traces = ("updated_at", "revision", "items_revision")
        self.lists[row["id"]] = row | {n: there[n] for n in traces if there}

    def remove(self, row: Row) -> ListOutcome:
        self.read_items((), [row["id"]])
        for place in [place for place in self.items if place[0] == row["id"]]:
            del self.items[place]
        self.orders.pop(row["id"], None)
        del self.lists[row["id"]]
        return ListOutcome(row["id"], removed=1)

    def put(
        self, row: Row, anime_id: int, after_id: int | None, operation: ListOperation
    ) -> ListOutcome:
        """New at the end where the call says no place; what is there stays there."""
        refuse_items(row)
        place = row["id"], anime_id
        before, values = self.item(place), operation.values
        outcome = ListOutcome(row["id"], anime_id)
        if before is None and row["size"] >= MOST_ITEMS:
            raise ApiError("list_full", number=f"{MOST_ITEMS:,}")
        new = {"id": new_id(), "list_id": row["id"], "anime_id": anime_id}
        new |= {"notes": "", "added_at": self.record.at, "revision": 0}
        item = new | (before or {})
        item |= {name: values[name] for name in ("notes", "rank") if name in values}
        if "rank" not in values:
            wanted = self.wanted_place(row["id"], anime_id, after_id, operation)
            if operation.places and wanted is None:
                outcome.warnings.append(not_after(anime_id))
            if before is None or wanted is not None:
                self.make_room(item, wanted)
                return outcome
        self.lay(item)
        return outcome

    def wanted_place(
        self,
        list_id: UUID,
        anime_id: int,
        after_id: int | None,
        operation: ListOperation,
    ) -> int | None:
        """Where in the order without this title; None where nothing is said, or it is
        to follow one that is not on the list (any more).
        """
        if not operation.places:
            return None
        if after_id is None:
            return 0
        if after_id == anime_id:
            raise refuse(after="A title cannot follow itself: name another.")
        order = self.order_without(list_id, anime_id)
        titles = [title for _, _, title in order]
        return titles.index(after_id) + 1 if after_id in titles else None

    def order_without(self, list_id: UUID, anime_id: int) -> list[Standing]:
        self.read_orders([list_id])
        return [one for one in self.orders[list_id] if one[2] != anime_id]

    def make_room(self, item: Row, wanted: int | None) -> None:
        """Gives the item its rank; and those next to it new ones, where two titles have
        the same rank or there is no room between them.
        """
        list_id = item["list_id"]
        self.read_orders([list_id])
        self.take_out((list_id, item["anime_id"]))
        order = self.orders[list_id]
        place = len(order) if wanted is None else wanted
        ranks = places_for(order, place, itemgetter(0))
        own = ranks.pop(place)
        moved = {
            (list_id, order[found if found < place else found - 1][2]): rank
            for found, rank in ranks.items()
        }
        self.lay(item | {"rank": own})
        self.read_items(moved)
        for neighbour, rank in moved.items():
            self.lay(self.items[neighbour] | {"rank": rank})

    def lay(self, item: Row) -> None:
        """An item as it will be."""
        place = item["list_id"], item["anime_id"]
        self.take_out(place)
        self.items[place] = item
        self.lists[place[0]]["size"] += 1
        if place[0] in self.orders:
            insort(self.orders[place[0]], standing_of(item))

    def take_out(self, place: Place) -> Row | None:
        item = self.items.pop(place, None)
        if item is None:
            return None
        self.lists[place[0]]["size"] -= 1
        if (order := self.orders.get(place[0])) is not None:
            del order[bisect_left(order, standing_of(item))]
        return item

    def take_off(self, place: Place) -> int:
        """How many: one that is not on the list is no error, for a retry is none."""
        self.item(place)
        return int(self.take_out(place) is not None)

    def leave(self, anime_id: int, among: Collection[int]) -> list[str]:
        """Takes a title that was completed off the lists that want it so; their names.

        among: all titles that this write may complete, read together.
        """
        self.read_lists()
        leaving = [row for row in self.lists.values() if row["leave_when_completed"]]
        if not leaving:
            return []
        self.read_items([(row["id"], title) for row in leaving for title in among])
        return [row["name"] for row in leaving if self.take_off((row["id"], anime_id))]

    def join_titles(self, gone_id: int, kept_id: int) -> None:
        """Two titles become one: it stands where either stood; on a list that had both,
        where the kept one stood, with the notes of both.
        """
        if not self.record.state.lists_revision:
            return
        self.read_titles([gone_id, kept_id])
        for list_id in self.lists:
            gone = self.take_out((list_id, gone_id))
            if gone is None:
                continue
            kept = self.items.get((list_id, kept_id))
            if kept is None:
                self.lay(gone | {"id": new_id(), "anime_id": kept_id})
            else:
                notes = "\n\n".join(filter(None, (kept["notes"], gone["notes"])))
                self.lay(kept | {"notes": notes})

    # --- Saving ----------------------------------------------------------------------

    def save(self) -> bool:
        """Puts what changed, with a change in the log for each row; False when nothing
        did. Undo goes backwards: a list is made before what is on it, and goes after.
        """
        if self.before is None:
            return False
        before = self.before
        kept = [
            row for id_, row in self.lists.items() if is_changed(before.get(id_), row)
        ]
        gone = [row for id_, row in before.items() if id_ not in self.lists]
        for row in kept:
            row["updated_at"] = self.record.at
            row["revision"] = self.note_list(before.get(row["id"]), row)
        items = self.save_items()
        for row in gone:
            self.note_list(row, None)
        touched = {row["id"]: row for row in kept} | {
            id_: self.lists[id_] for id_, _ in items if id_ in self.lists
        }
        owner = {"user_id": self.user_id}
        rows = [owner | touched[id_] for id_ in sorted(touched)]
        self.record.put(Rows(OwnList, rows, unique=("user", "id")))
        if gone:
            ids = [row["id"] for row in gone]
            OwnList.objects.of(self.user_id).filter(id__in=ids).delete()
        if touched or gone:
            self.record.ids["lists"] = [*touched, *(row["id"] for row in gone)]
        return bool(touched or gone)

    def save_items(self) -> Sequence[Place]:
        """The places that changed, in key order."""
        put, gone = [], []
        changed = self.changed_places()
        for place in changed:
            before, after = self.items_before.get(place), self.items.get(place)
            revision = self.note_item(place[0], before, after)
            if place[0] in self.lists:
                self.lists[place[0]]["items_revision"] = revision
            if before and (after is None or before["id"] != after["id"]):
                gone.append(before["id"])
            if after:
                after["revision"] = revision
                put.append({"user_id": self.user_id} | after)
        if gone:
            ListItem.objects.of(self.user_id).filter(id__in=gone).delete()
        self.record.put(Rows(ListItem, put, unique=("user", "list_id", "anime")))
        return changed

    def changed_places(self) -> list[Place]:
        return [
            place
            for place in sorted(self.items_before.keys() | self.items.keys())
            if is_moved(self.items_before.get(place), self.items.get(place))
        ]

    def logged(self) -> Iterator[tuple[ChangeKind, Row, Row]]:
        """What `save` would write into the log."""
        there = self.before or {}
        for id_ in sorted(there.keys() | self.lists.keys()):
            before, after = there.get(id_), self.lists.get(id_)
            if after is None or is_changed(before, after):
                yield (
                    ChangeKind.LIST,
                    list_snapshot(before) if before else {},
                    list_snapshot(after) if after else {},
                )
        for place in self.changed_places():
            was, now = self.items_before.get(place), self.items.get(place)
            name = (self.lists.get(place[0]) or there[place[0]])["name"]
            yield (
                ChangeKind.LIST_ITEM,
                item_snapshot(was, name) if was else {},
                item_snapshot(now, name) if now else {},
            )

    def note_list(self, before: Row | None, after: Row | None) -> int:
        return self.record.change(
            ChangeKind.LIST,
            before=list_snapshot(before) if before else {},
            after=list_snapshot(after) if after else {},
        )

    def note_item(self, list_id: UUID, before: Row | None, after: Row | None) -> int:
        name = (self.lists.get(list_id) or (self.before or {})[list_id])["name"]
        return self.record.change(
            ChangeKind.LIST_ITEM,
            before=item_snapshot(before, name) if before else {},
            after=item_snapshot(after, name) if after else {},
        )

    def tell(self, outcome: ListOutcome) -> None:
        """The list and the item as they are after all of the write."""
        row = self.lists.get(outcome.list_id)
        outcome.list = list_to_json(row) if row else None
        if row and outcome.anime_id is not None:
            item = self.items.get((outcome.list_id, outcome.anime_id))
            outcome.item = item_to_json(item) if item else None


def not_after(anime_id: int) -> dict[str, Any]:
    sentence = "The title that it was to follow is not on this list any more."
    return {
        "code": "after_not_on_list",
        "message": spoken(sentence),
        "anime_id": str(anime_id),
    }


def refuse_items(row: Row) -> None:
    """Its rules say what is on a smart list."""
    if row["rules"]:
        raise ApiError("list_is_smart")


def smart_is_own() -> ApiError:
    """Nobody else is shown a smart list."""
    sentence = "A smart list is shown to nobody else: make a manual one of its titles."
    return ApiError("list_is_smart", sentence=sentence)


def standing_of(item: Row) -> Standing:
    return item["rank"], item["id"], item["anime_id"]


def is_changed(before: Row | None, after: Row) -> bool:
    return before is None or any(before[name] != after[name] for name in LIST_FIELDS)


def is_moved(before: Row | None, after: Row | None) -> bool:
    """Whether an item ends otherwise than it began; its revision says no more."""
    if before is None or after is None:
        return before is not after
    return any(before[name] != after[name] for name in ITEM_COLUMNS[:-1])


def differences(before: Row, after: Row) -> list[str]:
    """The names of an item's columns that differ."""
    return [name for name in ITEM_FIELDS if before[name] != after[name]]
