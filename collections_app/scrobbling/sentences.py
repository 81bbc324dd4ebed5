"""Why an event was left out, or waits: codes, and a sentence of each for a person."""

from animecollections.api.language import spoken

WHY = {
    "test": "The player sent a test: the address works.",
    "other_event": "This is no event of playing.",
    "no_video": "Neither an episode nor a film was played.",
    "other_account": "Somebody else watched: their account is not taken.",
    "other_library": "It is in a library that is not taken.",
    "below_percent": "Too little of it was played.",
    "told_before": "It was told before, in the same hours.",
    "no_episode": "The player tells no number of the episode.",
    "unknown": "The catalogue has no title of this name.",
    "ambiguous": "It may be several titles.",
    "beyond": "The title has no such episode.",
    "special": "It is a special, and no source says which.",
    "title_gone": "The catalogue has the title no more.",
}
REASONS = tuple(WHY)


def sentence_of(reason: str) -> str:
    """In the language of who asks; "" for what is no reason."""
    return spoken(WHY.get(reason, ""))
