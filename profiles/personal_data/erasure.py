"""The end of an account: all rows and files of it, and every trace of whose it was."""

from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from animecollections.api.errors import ApiError
from animecollections.identity import Origin, SignIn
from history.log.recording import locked
from history.staff_log import services as audit
from profiles import outbox
from profiles.accounts import lockouts
from profiles.accounts.credentials import check_own_password
from profiles.accounts.managers import claims_of
from profiles.accounts.models import LoginClaim, User
from profiles.accounts.proofs import refuse_password_alone
from profiles.accounts.sandboxes import is_sandbox, sandbox_id_of
from profiles.accounts.sign_in_hooks import tell_sign_ins_ended
from profiles.app_access.tasks import end_sign_ins
from profiles.figures import running_counts
from profiles.following import services as following
from profiles.oauth.models import App
from profiles.personal_data import privacy_requests as privacy
from profiles.personal_data import tasks
from profiles.personal_data.models import Erasure
from profiles.reports import services as reports


def erase_own(
    *,
    user_id: UUID,
    address: str,
    through: Origin,
    sign_in: SignIn,
    password: str | None = None,
    device: str = "",
) -> None:
    """By its owner, who says the password again: 401 `wrong_credentials`, 429 `locked`,
    403 `proof_needed` where a second factor is on, or there is no password to say.

    401 `session_ended` where everything was signed out while the hash was computed:
    the old password may be known to the one it was changed for.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise ApiError("session_ended")
    if user.has_usable_password():
        if password is None:
            fields = {"password": ["Send your password."]}
            raise ApiError("invalid", fields=fields, sentence=fields["password"][0])
        user = check_own_password(
            user_id=user_id, password=password, address=address, device=device
        )
    refuse_password_alone(user=user, sign_in=sign_in)
    erase(user_id=user_id, through=through, epoch=user.auth_epoch)


def erase(*, user_id: UUID, through: Origin, epoch: int | None = None) -> None:
    """The account, by those who may: staff, a command. 401 `session_ended` where it is
    gone, or has left `epoch` behind.

    One transaction: the user's lock, then the account's row, so that neither a write
    nor a sign-in makes anything while the rows go. Each table loses its rows by one
    statement, however many they are. The files go after the commit; should the process
    die before, or the storage be away, the worker does it. Their sandbox goes first.
    """
    with locked(user_id):
        accounts = User.objects.select_for_update().filter(pk=user_id)
        user = accounts.first()
        if user is None or epoch not in (None, user.auth_epoch):
            raise ApiError("session_ended")
        if is_sandbox(sandbox_id := sandbox_id_of(user_id)):
            erase(user_id=sandbox_id, through=through)
        forget(user)
        end_apps_of(user)
        user.delete()
        erasure = Erasure.objects.create(
            through=through.kind, actor_id=through.actor_id, files_of=user_id
        )
        tasks.remove_files.enqueue(erasure_id=str(erasure.pk))
        # No partial: Django cannot name one in the log when it fails.
        transaction.on_commit(lambda: tasks.remove_files_of(erasure.pk), robust=True)
        tell_sign_ins_ended(user_id)


def end_apps_of(user: User) -> None:
    """The apps they registered go with them; what others have open through one closes
    as when it is removed.
    """
    for app_id in App.objects.of(user.pk).values_list("pk", flat=True):
        end_sign_ins.enqueue(app_id=str(app_id))


def forget(user: User) -> None:
    """The rows that name a user without a foreign key, which no cascade reaches."""
    besides = LoginClaim.objects.claimed_besides(user.pk)
    LoginClaim.objects.give_up(user.pk, {*claims_of(user), *besides})
    running_counts.forget(user)
    following.forget(user.pk)
    lockouts.unlock(user.email)
    lockouts.unlock(lockouts.codes_of(user.pk))
    audit.forget(user.pk)
    privacy.forget(user.pk)
    reports.forget(user.pk)
    LogEntry.objects.filter(object_id=str(user.pk)).delete()
    # Of one that runs, the worker needs the row; it goes when old ones are pruned.
    finished_or_waiting = DBTaskResult.objects.exclude(status=TaskResultStatus.RUNNING)
    outbox.mails_to(finished_or_waiting, [user.pk], [user.email]).delete()
