"""All tables of this app, for Django and for other apps. Each room has its own."""

from profiles.accounts.models import (
    FailedSignIns,
    FailedSignInsPart,
    KnownPlace,
    LoginClaim,
    Session,
    Ticket,
    TokenFamily,
    User,
    WrongPasswords,
)
from profiles.count_corrections.models import CountCorrection
from profiles.feeds.models import Feed
from profiles.figures.models import Figure, TitleCount
from profiles.images.models import Image
from profiles.notices.models import Notice
from profiles.notifications.models import (
    Digest,
    MutedTitle,
    PushSubscription,
    UserNotice,
)
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

__all__ = [
    "CountCorrection",
    "Digest",
    "DigestTime",
    "Erasure",
    "FailedSignIns",
    "FailedSignInsPart",
    "Feed",
    "Figure",
    "Gender",
    "Image",
    "KnownPlace",
    "LoginClaim",
    "MadeExport",
    "MutedTitle",
    "Notice",
    "NoticeKind",
    "PersonalToken",
    "Preferences",
    "PrivacyRequest",
    "Profile",
    "PushSubscription",
    "ScoreFormat",
    "Session",
    "Theme",
    "Ticket",
    "TitleCount",
    "TitleLanguage",
    "TokenFamily",
    "User",
    "UserNotice",
    "WrongPasswords",
]
