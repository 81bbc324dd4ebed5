"""Preferences as clients send them."""

import re
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from animecollections.api.fields import (
    KnownFieldsObject,
    StrictBoolean,
    StrictChoice,
    StrictList,
)
from animecollections.viewer import Audience
from profiles.profile.models import (
    DigestTime,
    NoticeKind,
    ScoreFormat,
    Theme,
    TitleLanguage,
)
from profiles.time_zones import zones

COLOR = re.compile(r"#[0-9A-Fa-f]{6}", re.ASCII)
# Both spellings are read and answered.
SPELLINGS = {"enfasis_color": "enfasiscolor", "parental_control": "parentalControl"}


class Color(serializers.CharField):
    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str) or not COLOR.fullmatch(data):
            raise serializers.ValidationError("Send a colour such as #FF5733.")
        return data


class Zone(serializers.CharField):
    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str) or data not in zones():
            raise serializers.ValidationError(
                "Send the IANA name of a time zone, such as Europe/Madrid."
            )
        return data


def audience() -> StrictChoice:
    return StrictChoice(Audience.choices, required=False)


class AudiencesInput(KnownFieldsObject):
    """Who sees what. Absent is kept."""

    profile = audience()
    stats = audience()
    year = audience()
    history = audience()
    collection = audience()
    completed = audience()
    to_watch = audience()
    watching = audience()


@extend_schema_serializer(exclude_fields=list(SPELLINGS))
class PreferencesInput(serializers.Serializer[Any]):
    """What is absent is kept."""

    enfasiscolor = Color(
        required=False,
        source="accent_color",
        help_text="`enfasis_color` is read too.",
    )
    enfasis_color = Color(required=False, source="accent_color")
    parentalControl = StrictBoolean(  # noqa: N815
        required=False,
        source="parental_control",
        help_text="`parental_control` is read too.",
    )
    parental_control = StrictBoolean(required=False)
    trackSearchHistory = StrictBoolean(required=False, source="track_search_history")  # noqa: N815
    scoreFormat = StrictChoice(  # noqa: N815
        ScoreFormat.choices, required=False, source="score_format"
    )
    titleLanguage = StrictChoice(  # noqa: N815
        TitleLanguage.choices, required=False, source="title_language"
    )
    timezone = Zone(required=False)
    language = StrictChoice(settings.LANGUAGES, required=False)
    theme = StrictChoice(Theme.choices, required=False)
    mutedNotices = StrictList(  # noqa: N815
        child=StrictChoice(NoticeKind.choices),
        required=False,
        source="muted_notices",
        most=len(NoticeKind),
        help_text="Kinds of notices that are not wanted.",
    )
    noticeDigest = StrictChoice(  # noqa: N815
        DigestTime.choices,
        required=False,
        source="notice_digest",
        help_text="How often notices that were not read come by mail.",
    )
    webPush = StrictBoolean(  # noqa: N815
        required=False,
        source="web_push",
        help_text="Whether browsers that asked for notices are sent them.",
    )
    addSequels = StrictBoolean(  # noqa: N815
        required=False,
        source="add_sequels",
        help_text="Whether sequels of what was completed are added to *To Watch*.",
    )
    helpRecommend = StrictBoolean(  # noqa: N815
        required=False,
        source="help_recommend",
        help_text="Whether the list counts, without a name and without what is "
        "private, for what others are recommended.",
    )

    audience = AudiencesInput(
        required=False,
        help_text="Who sees what; needs the scope `sharing` too.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """As columns."""
        said = attrs.pop("audience", {})
        return attrs | {f"audience_{thing}": word for thing, word in said.items()}

    def validate_mutedNotices(self, kinds: list[str]) -> str:  # noqa: N802
        """As the column keeps them: the same kinds are the same text."""
        return " ".join(kind for kind in NoticeKind.values if kind in kinds)

    def to_internal_value(self, data: Any) -> object:
        for one, other in SPELLINGS.items():
            if one in data and other in data and data[one] != data[other]:
                raise serializers.ValidationError(
                    {one: f"This differs from {other}: send one of the two."}
                )
        return super().to_internal_value(data)
