"""The catalogue over HTTP, for everybody."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Any

from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, documented, query
from animecollections.api.shapes import Always, nullable
from animecollections.api.views import ApiViewSet
from animecollections.db.statements import limited
from animecollections.identity import Account
from animecollections.scopes import OPEN
from collections_app.airing.reading import last_aired_at
from collections_app.browsing.examples import (
    ANIME,
    FACTS,
    ON_THE_LIST,
    RELATED_ANIME,
    SCHEDULE,
)
from collections_app.browsing.serializers import (
    AnimeOutput,
    AnimeWithFactsOutput,
    CountedOutput,
)
from collections_app.catalogue import queries as answers
from collections_app.catalogue.filters import ABOUT_INCLUDE, PARAMETERS
from collections_app.catalogue.models import Genre, Studio
from collections_app.catalogue.refs import parse_anime_id
from collections_app.source_facts import answers as facts

TAGS = ["Catalogue"]
INCLUDE_FACTS = query(
    "include",
    str,
    f"{ABOUT_INCLUDE} The others add facts of other sources, "
    "each with its source: `airing` (when it airs, and how exactly that is known), "
    "`links` (where it streams), `names` (by language), `relations` (their types), "
    "`franchise` (what prequels and sequels connect, in watch order), `description`, "
    "`episode_list`, `trailers`, `seasons` (where its episodes are in databases of TV "
    "series and films), `redirects` (episodes, counted on, that are another title's).",
    enum=["entry", "schedule", *facts.INCLUDED],
    many=True,
)


class CatalogueViewSet(ApiViewSet):
    permission_classes = [AllowAny]
    is_public = True

    def scopes_needed(self, scopes: Collection[str]) -> Collection[str]:
        """Anybody may see titles; the user's entries of them are their list."""
        is_of_list = "on_list" in self.wanted or "entry" in self.wanted.get(
            "include", ()
        )
        return ("list:read",) if is_of_list else scopes

    @documented(
        "Titles: by search, by filters, or by ids.",
        name="getAnimes",
        description="Visitors, and users with parental control, see no mature "
        "titles. 50 "
        "per page unless `limit` is set. `on_list` and `include=entry` need the scope "
        "`list:read`.",
        scope=OPEN,
        tags=TAGS,
        data=AnimeOutput(many=True),
        meta=Always(
            {"next_cursor?": nullable(str), "missing?": [str], "corrected?": str}
        ),
        parameters=PARAMETERS,
        errors=["invalid_cursor", "not_signed_in"],
        examples={
            "a search": Example([ANIME], {"next_cursor": None}),
            "with the user's entry": Example(
                [ANIME | {"entry": ON_THE_LIST}], {"missing": ["mal:99999999"]}
            ),
            "when they air": Example([ANIME | SCHEDULE], {"next_cursor": None}),
        },
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        revision = answers.revision_for(self.asker)
        etag = unless_held(request, self.etag(revision))
        with self.limits():
            data, meta = answers.browse(self.asker, self.wanted, revision)
        return answer(data, meta=meta, headers={"ETag": etag})

    @documented(
        "One title, with its related titles.",
        name="getAnime",
        description="By our id, by another site's (`mal:1535`), or by a former id.",
        scope=OPEN,
        tags=TAGS,
        data=AnimeWithFactsOutput,
        parameters=[INCLUDE_FACTS],
        errors=["anime_not_found", "ambiguous_id"],
        examples={
            "a title": ANIME | {"relations": [RELATED_ANIME]},
            "with facts of other sources": ANIME | FACTS,
        },
        etag=True,
    )
    def retrieve(self, request: Request, anime_id: str) -> Answer:
        ref = parse_anime_id(anime_id, "id")
        etag = unless_held(request, self.etag(answers.revision_for(self.asker)))
        with self.limits():
            data = answers.one(self.asker, self.wanted, ref)
            include = self.wanted.get("include", ())
            data = facts.with_facts(data, include, self.asker)
        return answer(data, headers={"ETag": etag})

    @documented(
        "Every genre, theme and demographic, with how many titles have it.",
        name="getGenres",
        scope=OPEN,
        tags=TAGS,
        data=CountedOutput(many=True),
        examples={"genres": [{"name": "Action", "count": 5213}]},
        etag=True,
    )
    def genres(self, request: Request) -> Answer:
        return self.words(Genre)

    @documented(
        "Every studio, with how many titles it made.",
        name="getStudios",
        scope=OPEN,
        tags=TAGS,
        data=CountedOutput(many=True),
        examples={"studios": [{"name": "Madhouse", "count": 231}]},
        etag=True,
    )
    def studios(self, request: Request) -> Answer:
        return self.words(Studio)

    def words(self, model: type[Genre] | type[Studio]) -> Answer:
        etag = unless_held(self.request, self.etag(answers.revision_for(self.asker)))
        with self.limits():
            data = answers.words(model, self.asker)
        return answer(data, headers={"ETag": etag})

    def limits(self) -> AbstractContextManager[None]:
        return limited(is_visitor=not self.request.user.is_authenticated)

    def etag(self, revision: int) -> str:
        """Of the catalogue, of what the user hides, and of the list and the time where
        they show.
        """
        user: Any = self.request.user
        parts: list[Any] = [revision, user.hides_mature]
        if isinstance(user, Account) and {"on_list", "include"} & self.wanted.keys():
            parts += [user.revisions.epoch, user.revisions.parts["list"]]
        if "schedule" in self.wanted.get("include", ()):
            parts.append(last_aired_at(timezone.now()))
        return etag_of(self.request, *parts)
