"""A sandbox is made empty."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import CASCADE

from animecollections.api.errors import ApiError
from history.log.recording import end_cursors, locked
from history.models import UserState
from profiles.accounts.models import User
from profiles.accounts.sandboxes import is_sandbox
from profiles.accounts.sign_in_hooks import tell_sign_ins_ended
from profiles.images.models import Image
from profiles.images.services import remove_after_commit
from profiles.personal_tokens.models import PersonalToken
from profiles.profile.repair import make_whole

# What makes it an account, and lets programs into it.
STAYS = (UserState, PersonalToken)


def reset(*, user_id: UUID) -> None:
    """As new: its rows go, and its log begins another epoch. So every cursor is of the
    past (410), as after a restore from a backup, and its devices are told where it is.
    403 `forbidden` for an account that is none.

    Not by removals in the log: a title that is added again within a day would take back
    what it held, and a kept answer would be given for a write that is undone.
    """
    with locked(user_id):
        if not is_sandbox(user_id):
            raise ApiError("forbidden")
        paths = Image.objects.of(user_id).values_list("path", flat=True)
        remove_after_commit(user_id, list(paths))
        for rows in rows_of(user_id):
            rows.delete()
        make_whole(user_id)
        end_cursors(user_id)
        tell_sign_ins_ended(user_id)  # open sockets look, and say the new cursor


def rows_of(user_id: UUID) -> Iterator[Any]:
    """Of each table whose rows go with their user, those of this one."""
    for relation in User._meta.related_objects:
        model: Any = relation.related_model
        if relation.on_delete is CASCADE and model not in STAYS:
            yield model._default_manager.filter(**{relation.field.name: user_id})
