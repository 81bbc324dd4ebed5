"""All tables of this app, for Django and for other apps. Each room has its own."""

from profiles.accounts.models import (
    FailedSignIns,
    FailedSignInsPart,
    KnownPlace,
    LoginClaim,
    SecondStep,
    Session,
    Ticket,
    TokenFamily,
    User,
    WrongPasswords,
)
from profiles.count_corrections.models import CountCorrection
from profiles.email_changes.models import EmailChange
from profiles.feeds.models import Feed
from profiles.figures.models import Figure, ListCount, TitleCount
from profiles.following.models import Tie, WatchedTogether
from profiles.images.models import Image
from profiles.moderation.models import Moderation, ModerationState, ReportedThing
from profiles.notices.models import Notice
from profiles.notifications.models import (
    Digest,
    MutedTitle,
    PushSubscription,
    UserNotice,
)
from profiles.oauth.models import App, AuthorizationCode, DeviceCode
from profiles.oidc.models import Identity
from profiles.personal_data.models import Erasure, MadeExport, PrivacyRequest
from profiles.personal_tokens.models import PersonalToken
from profiles.profile.models import (
    DigestTime,
    Gender,
    NoticeKind,
    Preferences,
    Profile,
    ScoreFormat,
    Theme,
    TitleLanguage,
)
from profiles.reports.models import Report, ReportReason
from profiles.second_factor.models import FactorRemoval, Passkey, UsedChallenge
from profiles.sharing.models import Share
from profiles.webhooks.models import Delivery, Webhook

__all__ = [
    "App",
    "AuthorizationCode",
    "CountCorrection",
    "Delivery",
    "DeviceCode",
    "Digest",
    "DigestTime",
    "EmailChange",
    "Erasure",
    "FactorRemoval",
    "FailedSignIns",
    "FailedSignInsPart",
    "Feed",
    "Figure",
    "Gender",
    "Identity",
    "Image",
    "KnownPlace",
    "ListCount",
    "LoginClaim",
    "MadeExport",
    "Moderation",
    "ModerationState",
    "MutedTitle",
    "Notice",
    "NoticeKind",
    "Passkey",
    "PersonalToken",
    "Preferences",
    "PrivacyRequest",
    "Profile",
    "PushSubscription",
    "Report",
    "ReportReason",
    "ReportedThing",
    "ScoreFormat",
    "SecondStep",
    "Session",
    "Share",
    "Theme",
    "Ticket",
    "Tie",
    "TitleCount",
    "TitleLanguage",
    "TokenFamily",
    "UsedChallenge",
    "User",
    "UserNotice",
    "WatchedTogether",
    "Webhook",
    "WrongPasswords",
]
