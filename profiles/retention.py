"""What sign-ins and mails leave behind, and how long it lasts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from animecollections.db.ids import first_id_at
from animecollections.ops.retention import Rule
from profiles.accounts.lockouts import remembered_since
from profiles.accounts.models import (
    FailedSignIns,
    FailedSignInsPart,
    KnownPlace,
    SecondStep,
    Session,
    Ticket,
    TokenFamily,
    WrongPasswords,
)
from profiles.email_changes.models import EmailChange
from profiles.email_changes.services import forget_old
from profiles.moderation.models import Moderation, ModerationState
from profiles.notices.models import Notice
from profiles.notifications.models import Digest, UserNotice
from profiles.oauth.models import AuthorizationCode, DeviceCode
from profiles.personal_data.models import MadeExport, PrivacyRequest
from profiles.personal_tokens.models import PersonalToken
from profiles.reports.models import Report
from profiles.second_factor.models import UsedChallenge
from profiles.webhooks.models import Delivery

SENT_MAILS_FOR = timedelta(days=14)
FAILED_MAILS_FOR = timedelta(days=60)
EXPORTS_FOR = timedelta(days=90)
PLACES_FOR = timedelta(days=180)
NOTICES_FOR = timedelta(days=30)
READ_NOTICES_FOR = timedelta(days=30)
UNREAD_NOTICES_FOR = timedelta(days=90)
DIGESTS_FOR = timedelta(days=60)
REPORTS_FOR = timedelta(days=180)
REQUESTS_FOR = timedelta(days=3 * 365)
DELIVERIES_FOR = timedelta(days=7)
FAILED_SIGN_INS_FOR = timedelta(days=60)


def ended_sessions() -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=timezone.now())


def ended_token_families() -> QuerySet[TokenFamily]:
    return TokenFamily.objects.filter(expires_at__lt=timezone.now())


def expired_personal_tokens() -> QuerySet[PersonalToken]:
    """Those that ended with a password go when their owner makes the next one."""
    tokens = PersonalToken.objects.across_users()
    return tokens.filter(expires_at__lte=timezone.now())


def old_authorization_codes() -> QuerySet[AuthorizationCode]:
    """Used ones too: until now a second use would have ended what they began."""
    codes = AuthorizationCode.objects.across_users()
    return codes.filter(expires_at__lt=timezone.now())


def old_device_codes() -> QuerySet[DeviceCode]:
    return DeviceCode.objects.filter(expires_at__lt=timezone.now())


def old_tickets() -> QuerySet[Ticket]:
    return Ticket.objects.filter(expires_at__lt=timezone.now())


def old_email_changes() -> QuerySet[EmailChange]:
    rows: QuerySet[EmailChange] = EmailChange.objects.across_users()
    return rows.filter(ends_at__lt=timezone.now())


def old_second_steps() -> QuerySet[SecondStep]:
    return SecondStep.objects.filter(expires_at__lt=timezone.now())


def old_challenges() -> QuerySet[UsedChallenge]:
    return UsedChallenge.objects.filter(expires_at__lt=timezone.now())


def old_lockouts() -> QuerySet[WrongPasswords]:
    return WrongPasswords.objects.filter(last_at__lt=remembered_since())


def old_places() -> QuerySet[KnownPlace]:
    return KnownPlace.objects.across_users().filter(
        last_at__lt=timezone.now() - PLACES_FOR
    )


def old_failed_sign_ins() -> QuerySet[FailedSignIns]:
    """The dashboard's figures keep the numbers."""
    return FailedSignIns.objects.filter(day__lt=first_day_of_sign_ins())


def old_failed_sign_ins_parts() -> QuerySet[FailedSignInsPart]:
    return FailedSignInsPart.objects.filter(day__lt=first_day_of_sign_ins())


def first_day_of_sign_ins() -> date:
    return (timezone.now() - FAILED_SIGN_INS_FOR).date()


def done_tasks() -> QuerySet[Any]:
    rows: QuerySet[Any] = DBTaskResult.objects.successful()
    return rows.filter(finished_at__lt=timezone.now() - SENT_MAILS_FOR)


def failed_tasks() -> QuerySet[Any]:
    """They stay longer, for staff to see why."""
    rows: QuerySet[Any] = DBTaskResult.objects.failed()
    return rows.filter(finished_at__lt=timezone.now() - FAILED_MAILS_FOR)


def old_exports() -> QuerySet[MadeExport]:
    """By key, which time orders."""
    return MadeExport.objects.across_users().filter(
        pk__lt=first_id_at(timezone.now() - EXPORTS_FOR)
    )


def old_notices() -> QuerySet[Notice]:
    return Notice.objects.filter(ends_at__lt=timezone.now() - NOTICES_FOR)


def read_user_notices() -> QuerySet[UserNotice]:
    """By key, which time orders."""
    since = first_id_at(timezone.now() - READ_NOTICES_FOR)
    rows = UserNotice.objects.across_users().filter(pk__lt=since)
    return rows.exclude(read_at=None)


def unread_user_notices() -> QuerySet[UserNotice]:
    since = first_id_at(timezone.now() - UNREAD_NOTICES_FOR)
    return UserNotice.objects.across_users().filter(pk__lt=since)


def old_digests() -> QuerySet[Digest]:
    since = first_id_at(timezone.now() - DIGESTS_FOR)
    return Digest.objects.across_users().filter(pk__lt=since).exclude(queued_at=None)


def old_deliveries() -> QuerySet[Delivery]:
    """What waits too: a webhook that goes on is sent the same changes again."""
    since = first_id_at(timezone.now() - DELIVERIES_FOR)
    return Delivery.objects.across_users().filter(pk__lt=since)


def old_privacy_requests() -> QuerySet[PrivacyRequest]:
    """What was answered, and when, may be asked for years later."""
    return PrivacyRequest.objects.filter(closed_at__lt=timezone.now() - REQUESTS_FOR)


def old_reports() -> QuerySet[Report]:
    rows: QuerySet[Report] = Report.objects.exclude(state=ModerationState.OPEN)
    return rows.filter(decided_at__lt=timezone.now() - REPORTS_FOR)


def old_decisions() -> QuerySet[Moderation]:
    """What is withheld stays so as long as the account; the rest was long ago."""
    rows: QuerySet[Moderation] = Moderation.objects.across_users()
    ended = (ModerationState.REJECTED, ModerationState.LIFTED)
    before = timezone.now() - REPORTS_FOR
    return rows.filter(state__in=ended, decided_at__lt=before)


def old_snapshots() -> QuerySet[Moderation]:
    """Of what is still withheld, or was long ago."""
    rows: QuerySet[Moderation] = Moderation.objects.across_users()
    before = timezone.now() - REPORTS_FOR
    rows = rows.filter(decided_at__lt=before, waiting_since=None)
    return rows.exclude(snapshot={})


class Snapshots(Rule):
    """The decision stays, what was shown goes."""

    def drop(self, tell: Callable[[int], object] = lambda number: None) -> int:
        number = self.rows().update(snapshot={})
        tell(number)
        return number


class EmailChanges(Rule):
    """One by one: with each, the account gives up its old address."""

    def drop(self, tell: Callable[[int], object] = lambda number: None) -> int:
        # Not DISTINCT, nor in this order: SQLite would walk the index that begins with
        # the owner, and read whose changes go on.
        people = self.rows().order_by().values_list("user_id", flat=True)
        dropped = 0
        for user_id in sorted(set(people)):
            number = forget_old(user_id=user_id)
            dropped += number
            tell(number)
        return dropped


RULES = (
    Rule("sessions", ended_sessions, by="expire_date"),
    Rule("token families", ended_token_families, by="expires_at"),
    Rule("personal tokens", expired_personal_tokens, by="expires_at"),
    Rule("authorization codes", old_authorization_codes, by="expires_at"),
    Rule("device codes", old_device_codes, by="expires_at"),
    Rule("tickets", old_tickets, by="expires_at"),
    EmailChanges("changes of e-mail", old_email_changes, by="ends_at"),
    Rule("second steps", old_second_steps, by="expires_at"),
    Rule("used challenges", old_challenges, by="expires_at"),
    Rule("lock-outs", old_lockouts, by="last_at"),
    Rule("known places", old_places, by="last_at"),
    Rule("failed sign-ins", old_failed_sign_ins, by="day"),
    Rule("parts of failed sign-ins", old_failed_sign_ins_parts, by="day"),
    Rule("tasks", done_tasks, by="finished_at"),
    Rule("failed tasks", failed_tasks, by="finished_at"),
    Rule("notices", old_notices, by="ends_at"),
    Rule("notices of users that were read", read_user_notices),
    Rule("notices of users", unread_user_notices),
    Rule("digests", old_digests),
    Rule("deliveries to webhooks", old_deliveries),
    Rule("privacy requests", old_privacy_requests),
    Rule("notes of exports", old_exports),
    Rule("reports", old_reports, by="decided_at"),
    Rule("decisions about reports", old_decisions, by="decided_at"),
    Snapshots("copies of what was reported", old_snapshots, by="decided_at"),
)
