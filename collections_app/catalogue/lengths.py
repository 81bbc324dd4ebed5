"""How long an episode is, where the catalogue knows it, and where it does not."""

from collections_app.catalogue.models import Format

USUAL_MINUTES: dict[str, int] = {
    Format.MOVIE.value: 100,
    Format.OVA.value: 28,
    Format.MUSIC.value: 4,
}
OTHERWISE_USUAL = 24


def episode_length(minutes: int | None, format_: str) -> int:
    return minutes or USUAL_MINUTES.get(format_, OTHERWISE_USUAL)
