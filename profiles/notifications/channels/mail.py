"""Digests: mails with the notices of a day or a week that were not read.

A digest is a row before it is a mail. The job queues what is due, in the transaction
that notes it; the task notes that it is sent right before the mail server is given the
mail. So whatever is killed when, it is sent once; but for the moment in which the mail
server takes it, where nobody can know, and then it is not sent a second time.
"""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import get_connection
from django.utils import timezone
from django_tasks import task

from animecollections.api.errors import ApiError
from history.log.recording import locked
from profiles.accounts.mails import message
from profiles.accounts.models import User
from profiles.notifications.answers import rows_of, to_json
from profiles.notifications.models import Digest, UserNotice
from profiles.notifications.sentences import sentence
from profiles.notifications.wants import Wants
from profiles.outbox import again
from profiles.profile.models import DigestTime

MOST_IN_A_MAIL = 50
QUEUED_TOGETHER = 200
SALT = "animecollections.digest"


def await_digest(user_id: UUID, notice_id: UUID, wants: Wants) -> None:
    """A notice that will be in the next digest, which begins with it if none waits."""
    due_at = wants.digest_due(timezone.now())
    waiting = Digest.objects.of(user_id).filter(queued_at=None)
    if due_at is not None and not waiting.exists():
        Digest.objects.create(user_id=user_id, first_id=notice_id, due_at=due_at)


def queue_due() -> str:
    """The periodic job: each digest that is due goes into the outbox."""
    number = 0
    due = Digest.objects.across_users().filter(
        queued_at=None, due_at__lte=timezone.now()
    )
    while some := list(due.order_by("due_at")[:QUEUED_TOGETHER]):
        number += sum(queue(digest) for digest in some)
    return f"{number:,} digests queued"


def queue(digest: Digest) -> bool:
    """False where another worker did, or the person was erased. Under the lock of their
    writes: a notice that comes now is in this digest, or begins the next.
    """
    user_id = digest.user_id
    same = Digest.objects.of(user_id).filter(pk=digest.pk, queued_at=None)
    try:
        with locked(user_id):
            notices = UserNotice.objects.of(user_id).newest_first()
            last_id = notices.values_list("pk", flat=True).first()
            if not same.update(queued_at=timezone.now(), last_id=last_id):
                return False
            mail_digest.enqueue(user_id=str(user_id), digest_id=str(digest.pk))
    except ApiError:
        return False
    return True


@task
def mail_digest(user_id: str, digest_id: str, tries: int = 0) -> None:
    again(
        mail_digest,
        tries,
        {"user_id": user_id, "digest_id": digest_id},
        lambda: send(UUID(user_id), UUID(digest_id)),
    )


def send(user_id: UUID, digest_id: UUID) -> None:
    """None where it was sent, nothing is unread, or no digest is wanted any more."""
    user = User.objects.for_mail().filter(pk=user_id).first()
    digest = Digest.objects.of(user_id).filter(pk=digest_id, sent_at=None).first()
    if user is None or digest is None:
        return
    if user.preferences.notice_digest == DigestTime.OFF:
        return
    rows = unread_of(digest)
    if not rows:
        return
    mail = message(
        user.email,
        user.preferences.language,
        "digest",
        context_of(user, rows),
        headers=headers_of(user_id, digest_id),
    )
    with get_connection() as connection:  # may fail, and nothing is noted yet
        note_sent(digest, is_sent=True)
        try:
            connection.send_messages([mail])
        except Exception:  # not taken: the next try may send it
            note_sent(digest, is_sent=False)
            raise


def note_sent(digest: Digest, *, is_sent: bool) -> None:
    at = timezone.now() if is_sent else None
    Digest.objects.of(digest.user_id).filter(pk=digest.pk).update(sent_at=at)


def unread_of(digest: Digest) -> list[dict[str, object]]:
    """The newest first. Without those that have a text of somebody's, such as the name
    of an app.
    """
    notices = UserNotice.objects.of(digest.user_id).unread()
    span = notices.filter(pk__range=(digest.first_id, digest.last_id))
    span = span.exclude(data__has_key="text")
    return list(rows_of(span.newest_first())[: MOST_IN_A_MAIL + 1])


def context_of(user: User, rows: list[dict[str, object]]) -> dict[str, object]:
    wanted = user.preferences
    said = [
        sentence(to_json(row), language=wanted.language, zone=wanted.timezone)
        for row in rows[:MOST_IN_A_MAIL]
    ]
    return {
        "notices": said,
        "has_more": len(rows) > MOST_IN_A_MAIL,
        "link": f"{settings.PUBLIC_URL}/notices",
        "settings": f"{settings.PUBLIC_URL}/settings",
    }


# --- The end of digests, by one click in the program that reads the mail --------------


def headers_of(user_id: UUID, digest_id: UUID) -> dict[str, str]:
    """RFC 8058. The same mail has the same id, however often it is sent."""
    host = settings.PUBLIC_URL.partition("//")[2].partition(":")[0]
    ends_by = f"{settings.PUBLIC_URL}/api/unsubscribe/{secret(user_id)}"
    return {
        "Message-ID": f"<digest.{digest_id.hex}@{host}>",
        "List-Unsubscribe": f"<{ends_by}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def secret(user_id: UUID) -> str:
    """Good for this alone, and for as long as the mail is kept."""
    return signing.dumps(user_id.hex, salt=SALT)


def whose(text: str) -> UUID | None:
    try:
        return UUID(signing.loads(text, salt=SALT))
    except (signing.BadSignature, ValueError):
        return None
