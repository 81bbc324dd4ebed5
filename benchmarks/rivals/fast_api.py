"""FastAPI + asyncpg + pydantic, as its documentation would have it.

Served as `benchmarks.rivals.fast_api:app` by uvicorn.
"""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

import asyncpg
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field, field_validator

from benchmarks.rivals import shared


def of_asyncpg(statement):
    return statement.format(*(f"${number}" for number in range(1, 9)))


ACCOUNT, LIST, TAKE, FIND, PUT, LOG = map(
    of_asyncpg,
    (shared.ACCOUNT, shared.LIST, shared.TAKE, shared.FIND, shared.PUT, shared.LOG),
)


class Entry(BaseModel):
    id: UUID
    user_id: UUID
    anime_id: str
    type: str
    title: str
    imageUrl: str | None = Field(validation_alias="picture_url")
    rating: float | None
    episodes: int | None
    mal_id: int | None
    format: str
    airing_status: str
    season: str | None
    year: int | None
    progress: int
    score: float | None
    state: str
    rewatches: int
    started_on: str | None
    finished_on: str | None
    notes: str
    tags: list[str]
    priority: int
    is_private: bool
    added_at: datetime
    updated_at: datetime
    revision: int
    episodes_aired: int | None
    behind_by: int | None
    next_airs_at: str | None
    next_airs_estimated: bool | None

    @classmethod
    def of(cls, row):
        airing = shared.airing_of(
            row["airing_status"], row["episodes"], row["progress"]
        )
        return cls.model_validate(row | airing)

    @field_validator("anime_id", mode="before")
    @classmethod
    def as_text(cls, value):
        return str(value)

    @field_validator("imageUrl", "season", "started_on", "finished_on", mode="before")
    @classmethod
    def none_if_empty(cls, value):
        return value or None

    @field_validator("score", mode="before")
    @classmethod
    def of_ten(cls, value):
        return None if value is None else value / 10


class Meta(BaseModel):
    cursor: str


class WatchList(BaseModel):
    success: bool = True
    data: list[Entry]
    meta: Meta


class Add(BaseModel):
    animeId: int
    type: str


class Added(BaseModel):
    message: str = "Anime added to watch list"
    entry: Entry


class WrittenMeta(BaseModel):
    operation_id: UUID


class Written(BaseModel):
    success: bool = True
    data: Added
    meta: WrittenMeta


async def prepare(connection):
    await connection.set_type_codec(
        "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
    )


@asynccontextmanager
async def lifespan(app):
    async with asyncpg.create_pool(
        shared.DATABASE_URL, min_size=4, max_size=4, init=prepare
    ) as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan)


async def connection():
    async with app.state.pool.acquire() as connection:
        yield connection


Connection = Annotated[asyncpg.Connection, Depends(connection)]


async def current_account(db: Connection, authorization: Annotated[str, Header()] = ""):
    claims = shared.claims_of(authorization)
    account = claims and await db.fetchrow(ACCOUNT, *claims)
    if not account:
        raise HTTPException(401)
    return account


Account = Annotated[asyncpg.Record, Depends(current_account)]


@app.get("/api/user/watchList")
async def get_list(db: Connection, account: Account) -> WatchList:
    rows = await db.fetch(LIST, account["id"])
    cursor = shared.cursor_of(account["epoch"], account["list_revision"], account[7])
    return WatchList(
        data=[Entry.of(dict(row)) for row in rows], meta=Meta(cursor=cursor)
    )


@app.post("/api/user/watchList")
async def add(sent: Add, db: Connection, account: Account) -> Written:
    user_id, now, operation_id = account["id"], datetime.now(UTC), uuid4()
    async with db.transaction():
        revision = await db.fetchval(TAKE, user_id)
        found = await db.fetchrow(
            FIND, user_id, sent.animeId, now - timedelta(hours=24)
        )
        values = dict(list(found.items())[1:-1])
        before = values["type"]
        values |= {"type": sent.type, "state": "active"}
        values |= {"updated_at": now, "revision": revision}
        await db.execute(
            PUT, values["id"], user_id, sent.animeId, sent.type, now, revision
        )
        await db.execute(
            LOG,
            uuid4(),
            user_id,
            revision,
            sent.animeId,
            {"type": before},
            {"type": sent.type},
            operation_id,
            now,
        )
    return Written(
        data=Added(entry=Entry.of(values)),
        meta=WrittenMeta(operation_id=operation_id),
    )
