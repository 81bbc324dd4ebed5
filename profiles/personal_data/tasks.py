"""What is left to do after an erasure: the files, and the last mail."""

from uuid import UUID

from django_tasks import task

from profiles.accounts.mails import send_to
from profiles.images.storage import remove_folder
from profiles.outbox import again
from profiles.personal_data.models import Erasure


@task
def remove_files(erasure_id: str, tries: int = 0) -> None:
    """The files of an erased account; once they are gone, nothing tells whose."""
    again(
        remove_files,
        tries,
        {"erasure_id": erasure_id},
        lambda: remove_files_of(UUID(erasure_id)),
    )


def remove_files_of(erasure_id: UUID) -> None:
    erasures = Erasure.objects.filter(pk=erasure_id)
    user_id = erasures.values_list("files_of", flat=True).first()
    if user_id is not None:
        remove_folder(user_id)
        erasures.update(files_of=None)


@task
def mail_erased(email: str, language: str, tries: int = 0) -> None:
    """The last mail: staff erased the account."""
    again(
        mail_erased,
        tries,
        {"email": email, "language": language},
        lambda: send_to(email, language, "erased", {}),
    )
