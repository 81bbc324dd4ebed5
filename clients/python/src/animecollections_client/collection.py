"""A list that a program reads and changes without network, and brings in sync."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from .api import LOCKED, Api, Refused
from .local_copy import Conflict, Entry, Kind, LocalCopy, RefusedWrite, Write

LIST = "/api/user/watchList"
SYNC = "/api/user/sync"
# Refusals of whoever asks, not of the write: it stays in the queue.
OF_THE_SENDER = (
    "not_signed_in",
    "token_invalid",
    "token_expired",
    "session_ended",
    "scope_missing",
    "other_account",
    "forbidden",
    LOCKED,
)
# What a user sets of an entry; the rest is the catalogue's and the server's.
OWN_FIELDS = (
    "type",
    "state",
    "progress",
    "score",
    "rewatches",
    "started_on",
    "finished_on",
    "notes",
    "tags",
    "priority",
    "is_private",
    "episode_ranges",
    "custom_title",
)


@dataclass(frozen=True)
class Outcome:
    """Of one `sync`; `conflicts` and `refused` are all that wait for an answer."""

    sent: int
    conflicts: list[Conflict]
    refused: list[RefusedWrite]


class Collection:
    """A copy of one account's list, in the file at `path`.

    Reads and writes are of the file, and show what is not sent yet. `sync` sends and
    receives. Several programs may share the file.

    with_lists: receives lists of one's own too (scope `lists:read`).
    """

    def __init__(self, api: Api, path: str | Path, *, with_lists: bool = False) -> None:
        self.api, self.copy, self.with_lists = api, LocalCopy(path), with_lists

    def close(self) -> None:
        self.copy.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    # --- Reading -----------------------------------------------------------------

    def entries(self) -> dict[str, Entry]:
        """By their anime ids, with what is not sent yet."""
        shown = self.copy.entries()
        for write in self.copy.unsent():
            changed = changed_by(write.kind, write.fields, shown.get(write.anime_id))
            if changed is None:
                shown.pop(write.anime_id, None)
            else:
                shown[write.anime_id] = {"anime_id": write.anime_id, **changed}
        return shown

    def entry(self, anime_id: int | str) -> Entry | None:
        return self.entries().get(str(anime_id))

    def lists(self) -> list[dict[str, Any]]:
        """Lists of one's own, without their items; as `sync` received them last."""
        return self.copy.lists() or []

    @property
    def unsent(self) -> list[Write]:
        return self.copy.unsent()

    @property
    def conflicts(self) -> list[Conflict]:
        return self.copy.conflicts()

    @property
    def refused(self) -> list[RefusedWrite]:
        return self.copy.refused()

    # --- Writing: into the file; `sync` sends it -----------------------------------

    def add(self, anime_id: int | str, type: str, **fields: Any) -> str:
        if self.entry(anime_id) is not None:
            raise ValueError(f"{anime_id} is on the list: change it.")
        return self.queue("add", anime_id, {"type": type, **fields})

    def change(self, anime_id: int | str, **fields: Any) -> str:
        """`change(1535, score=9, notes="…")`; None clears a field."""
        return self.queue("change", anime_id, fields)

    def increment(self, anime_id: int | str, by: int = 1, **more: Any) -> str:
        return self.queue("increment", anime_id, {"by": by, **more})

    def remove(self, anime_id: int | str) -> str:
        return self.queue("remove", anime_id, {})

    def queue(self, kind: Kind, anime_id: int | str, fields: Mapping[str, Any]) -> str:
        anime_id = str(anime_id)
        seen = self.entry(anime_id)
        if seen is None and kind != "add":
            raise LookupError(f"{anime_id} is not on the list: add it.")
        return self.copy.queue(kind, anime_id, fields, seen)

    # --- What another device overtook ------------------------------------------------

    def resolve(self, conflict: Conflict, keep: str) -> None:
        """keep: "yours", which is sent on top of theirs; or "theirs"."""
        if keep not in ("yours", "theirs"):
            raise ValueError('Keep "yours" or "theirs".')
        with self.copy.transaction():
            if keep == "yours":
                self.put_on_theirs(conflict)
            self.copy.forget_conflict(conflict.key)

    def put_on_theirs(self, conflict: Conflict) -> None:
        now, anime_id = self.copy.entry(conflict.anime_id), conflict.anime_id
        if now is not None:
            kind: Kind = "change" if conflict.kind == "add" else conflict.kind
            self.copy.queue(kind, anime_id, conflict.yours, now)
        elif conflict.kind != "remove":
            wanted = changed_by(conflict.kind, conflict.yours, conflict.seen)
            self.copy.queue("add", anime_id, own(wanted or {}), None)

    def forget(self, refused: RefusedWrite) -> None:
        self.copy.forget_refused(refused.key)

    # --- Sync --------------------------------------------------------------------

    def sync(self) -> Outcome:
        """Receives, sends, and receives what came of it."""
        self.receive()
        sent = self.send()
        if sent:
            self.receive()
        return Outcome(sent, self.conflicts, self.refused)

    def receive(self) -> None:
        """All changes since the cursor; a copy that is too old begins again."""
        parts = "entries,lists" if self.with_lists else "entries"
        has_more = True
        while has_more:
            since = self.copy.fact("cursor")
            query = {"parts": parts} | ({"cursor": since} if since else {})
            try:
                answer = self.ask("GET", SYNC, query=query)
            except Refused as refused:
                if since is None or refused.code not in (
                    "cursor_expired",
                    "invalid_cursor",
                ):
                    raise
                self.copy.begin_again(since)
                continue
            cursor = answer.meta["cursor"]
            self.copy.take_page(since, answer.data, cursor, with_lists=self.with_lists)
            has_more = answer.meta["has_more"]
        if self.with_lists and self.copy.lists() is None:
            self.learn_lists()

    def learn_lists(self) -> None:
        """A file that was without them has a cursor past some."""
        answer = self.ask("GET", SYNC, query={"parts": "lists"})
        self.copy.learn_lists(answer.data["lists"])

    def send(self) -> int:
        """How many writes were done, in the order in which they were made."""
        number = 0
        while unsent := self.copy.unsent():
            write = unsent[0]
            request = write.request or self.request_for(write)
            if request is not None:
                number += self.deliver(write, request)
        return number

    def request_for(self, write: Write) -> Mapping[str, Any] | None:
        """What to send; None if there is nothing (more) to send of it."""
        now = self.copy.entry(write.anime_id)
        if write.kind == "remove" and now is None:
            self.copy.drop(write)
            return None
        if is_overtaken(write, now):
            self.copy.set_aside(write, now)
            return None
        return self.copy.commit_to(write, as_request(write, now))

    def deliver(self, write: Write, request: Mapping[str, Any]) -> bool:
        """Whether it was done. It leaves the queue, or waits for its next try."""
        headers = {"Idempotency-Key": write.key, **request["headers"]}
        method, path, body = (request[name] for name in ("method", "path", "body"))
        since = self.copy.fact("cursor")
        try:
            answer = self.ask(method, path, body, headers=headers)
        except Refused as refused:
            if refused.code in OF_THE_SENDER or refused.is_for_later:
                raise
            if refused.code == "revision_mismatch":
                self.copy.overtaken(write, refused.details["entry"], since)
            else:
                self.copy.refuse(write, refused.code, str(refused))
            return False
        entry = answer.data["entry"] if write.kind == "add" else answer.data
        self.copy.done(write, None if write.kind == "remove" else entry, since)
        if answer.is_replayed or self.copy.fact("cursor") != since:
            self.receive()  # the answer may be older than the entry
        return True

    def ask(
        self, *request: Any, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Any:
        """Names the account, so that no queue reaches another's list."""
        owner = self.copy.fact("user")
        if owner is None:
            owner = self.api.user()["id"]
            self.copy.set_fact("user", owner)
        named = {"X-Account": owner, **(headers or {})}
        return self.api.ask(*request, headers=named, **more)


def own(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in OWN_FIELDS if name in entry}


def changed_by(
    kind: Kind, fields: Mapping[str, Any], entry: Entry | None
) -> Entry | None:
    """The entry as a write will leave it, as far as one can say without the rules."""
    if kind == "add":
        return {"progress": 0, **(entry or {}), **own(fields)}
    if kind == "remove" or entry is None:
        return None
    if kind == "increment":
        return entry | {"progress": entry["progress"] + fields["by"]}
    return entry | own(fields)


def is_overtaken(write: Write, now: Entry | None) -> bool:
    """Whether another device changed what this write sets."""
    if write.kind == "add":
        return now is not None and {**now, **write.fields} != now
    if now is None:
        return True
    if write.kind == "increment":
        return False
    seen = write.seen or {}
    names = OWN_FIELDS if write.kind == "remove" else tuple(write.fields)
    if "episode_ranges" in names:  # they were said over the progress that one saw
        names = (*names, "progress")
    return any(
        now.get(name) not in (seen.get(name), write.fields.get(name, seen.get(name)))
        for name in names
        if name in now and name in seen
    )


def as_request(write: Write, now: Entry | None) -> dict[str, Any]:
    path = f"{LIST}/{quote(write.anime_id)}"
    fixed = {"If-Match": f'"{now["revision"]}"'} if now else {"If-None-Match": "*"}
    if write.kind == "add":
        body = {"animeId": write.anime_id, **write.fields}
        return {"method": "POST", "path": LIST, "body": body, "headers": fixed}
    if write.kind == "change":
        return {"method": "PATCH", "path": path, "body": write.fields, "headers": fixed}
    if write.kind == "remove":
        return {"method": "DELETE", "path": path, "body": None, "headers": fixed}
    body = dict(write.fields)
    return {"method": "POST", "path": f"{path}/increment", "body": body, "headers": {}}
