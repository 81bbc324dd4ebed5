"""openapi-python-client's functions around httpx."""

import os
import time
from http import HTTPStatus
from io import BytesIO
from typing import Any, TypeVar

from animecollections_client import AuthenticatedClient, Client
from animecollections_client.api.catalogue import get_anime, get_animes
from animecollections_client.api.history_and_undo import get_operations, undo_operation
from animecollections_client.api.images import upload_image
from animecollections_client.api.imports import plan_import
from animecollections_client.api.profile import change_preferences
from animecollections_client.api.search_history import save_search
from animecollections_client.api.signing_in import create_tokens, sign_up
from animecollections_client.api.sync import get_changes
from animecollections_client.api.watch_list import (
    add_entry,
    change_entry,
    get_counts,
    get_entry,
    get_watch_list,
    increment_entry,
    run_batch,
)
from animecollections_client.models import (
    AddEntryInput,
    AddEntryResponse200,
    BatchInput,
    BatchOperationInput,
    BatchOperationInputOp,
    ChangeEntryInput,
    ChangeEntryResponse200,
    ChangePreferencesResponse200,
    CreateTokensResponse200,
    EntryType,
    Failure404,
    FailureEntryChanged,
    GetAnimesResponse200,
    GetChangesResponse200,
    GetCountsResponse200,
    GetEntryResponse200,
    GetOperationsResponse200,
    GetWatchListResponse200,
    IncrementEntryResponse200,
    IncrementInput,
    PlanImportBody,
    PlanImportResponse200,
    PreferencesInput,
    RunBatchResponse200,
    SaveSearchResponse200,
    SearchInput,
    SignInInput,
    SignUpInput,
    SignUpResponse200,
    Theme,
    UndoInput,
    UndoOperationResponse200,
    UploadImageBody,
    UploadImageResponse200,
)
from animecollections_client.types import File, Response

URL = os.environ["SERVER_URL"]
NAME = f"typed_{os.getpid()}_{int(time.time())}"
EMAIL, PASSWORD = f"{NAME}@example.org", "Right-Horse-7"
PICTURE = bytes.fromhex(
    "47494638396101000100800000ffffff0000002c00000000010001000002024401003b"
)
LIST = (
    b"<?xml version='1.0'?><myanimelist><myinfo><user_export_type>1</user_export_type>"
    b"</myinfo><anime><series_animedb_id>21</series_animedb_id><series_title>One Piece"
    b"</series_title><my_watched_episodes>3</my_watched_episodes><my_score>9</my_score>"
    b"<my_status>Watching</my_status></anime></myanimelist>"
)
Model = TypeVar("Model")
calls = 0


def got(response: Response[Any], model: type[Model], status: int = 200) -> Model:
    """What was parsed of an answer, as the model of this status."""
    global calls
    calls += 1
    assert response.status_code == HTTPStatus(status), response.content
    assert isinstance(response.parsed, model), response.content
    return response.parsed


visitor = Client(base_url=URL)
got(
    sign_up.sync_detailed(
        client=visitor,
        body=SignUpInput(email=EMAIL, password=PASSWORD, user_name=NAME),
    ),
    SignUpResponse200,
)
tokens = got(
    create_tokens.sync_detailed(
        client=visitor, body=SignInInput(email=EMAIL, password=PASSWORD)
    ),
    CreateTokensResponse200,
)
api = AuthenticatedClient(base_url=URL, token=tokens.data.access)

found = got(
    get_animes.sync_detailed(client=api, search="death note"), GetAnimesResponse200
)
assert found.data[0].id == "1535"
added = got(
    add_entry.sync_detailed(
        client=api,
        body=AddEntryInput(anime_id=1535, type_=EntryType.WATCHING),
        idempotency_key="once",
        x_client_id="typed",
    ),
    AddEntryResponse200,
)
revision = added.data.entry.revision
listed = got(get_watch_list.sync_detailed(client=api), GetWatchListResponse200)
assert listed.data[0].type_ is EntryType.WATCHING
assert listed.meta.cursor
got(get_entry.sync_detailed("1535", client=api), GetEntryResponse200)
scored = got(
    change_entry.sync_detailed(
        "1535", client=api, body=ChangeEntryInput(score=9.5), if_match=f'"{revision}"'
    ),
    ChangeEntryResponse200,
)
assert scored.data.score == 9.5
late = got(
    change_entry.sync_detailed(
        "1535", client=api, body=ChangeEntryInput(score=1), if_match=f'"{revision}"'
    ),
    FailureEntryChanged,
    412,
)
assert late.details.entry is not None
assert late.details.entry.score == 9.5
more = got(
    increment_entry.sync_detailed("1535", client=api, body=IncrementInput(by=1)),
    IncrementEntryResponse200,
)
assert more.data.progress == 1
batch = got(
    run_batch.sync_detailed(
        client=api,
        body=BatchInput(
            operations=[
                BatchOperationInput(op=BatchOperationInputOp.REMOVE, anime_id=7),
                BatchOperationInput(op=BatchOperationInputOp.INCREMENT, anime_id=1535),
            ]
        ),
    ),
    RunBatchResponse200,
)
assert batch.data.results[1].entry
assert batch.data.results[1].entry.progress == 2
counts = got(get_counts.sync_detailed(client=api), GetCountsResponse200)
assert counts.data.by_type.watching == 1
operations = got(get_operations.sync_detailed(client=api), GetOperationsResponse200)
got(
    undo_operation.sync_detailed(
        str(operations.data[0].id), client=api, body=UndoInput(dry_run=True)
    ),
    UndoOperationResponse200,
)
got(
    save_search.sync_detailed(client=api, body=SearchInput(query="naruto")),
    SaveSearchResponse200,
)
changed = got(
    change_preferences.sync_detailed(
        client=api, body=PreferencesInput(theme=Theme.DARK)
    ),
    ChangePreferencesResponse200,
)
assert changed.data.theme is Theme.DARK
image = got(
    upload_image.sync_detailed(
        client=api,
        body=UploadImageBody(file=File(BytesIO(PICTURE), "me.gif", "image/gif")),
    ),
    UploadImageResponse200,
)
assert image.data.endswith(".webp")
plan = got(
    plan_import.sync_detailed(
        client=api,
        body=PlanImportBody(file=File(BytesIO(LIST), "list.xml", "application/xml")),
    ),
    PlanImportResponse200,
)
assert plan.data.summary.add == 1
got(get_changes.sync_detailed(client=api), GetChangesResponse200)
unknown = got(get_anime.sync_detailed("7", client=api), Failure404, 404)
assert unknown.code == "anime_not_found"
print(f"{calls} calls")
