"""All tables of this app, for Django and for other apps. Each room has its own."""

from profiles.accounts.models import (
    FailedSignIns,
    KnownPlace,
    LoginClaim,
    Session,
    Ticket,
    TokenFamily,
    User,
    WrongPasswords,
)
from profiles.figures.models import Figure
from profiles.images.models import Image
from profiles.notices.models import Notice
from profiles.personal_data.models import Erasure, MadeExport, PrivacyRequest
from profiles.profile.models import (
    Gender,
    Preferences,
    Profile,
    ScoreFormat,
    Theme,
    TitleLanguage,
)

__all__ = [
    "Erasure",
    "FailedSignIns",
    "Figure",
    "Gender",
    "Image",
    "KnownPlace",
    "LoginClaim",
    "MadeExport",
    "Notice",
    "Preferences",
    "PrivacyRequest",
    "Profile",
    "ScoreFormat",
    "Session",
    "Theme",
    "Ticket",
    "TitleLanguage",
    "TokenFamily",
    "User",
    "WrongPasswords",
]
