"""The rating that orders: closer to the average, the fewer people it is of.

A 10.0 of three votes is no reason to be the first of 25,000 titles. Where nobody says
how many voted, the number of sites that have the title stands in: what few sites know,
few people rated. The rating that is shown stays what it is. No database.
"""

from collections_app.catalogue.facts import Facts

AVERAGE = 6.5  # of all titles; a constant, so that one title's change moves no other
AS_MANY = 500  # votes for the average that every title has from the start
GUESSED_VOTES = (5, 10, 20, 40, 75, 125, 200)  # by the number of sites, from 0
WELL_KNOWN = 4000  # of what more sites have


def weighted_rating(facts: Facts) -> float | None:
    """Of a title with this rating, these votes and ids at sites; None without one."""
    rating = facts["rating"]
    if rating is None:
        return None
    votes = facts.get("votes") or guessed_votes(len(facts["external_ids"]))
    return round((rating * votes + AVERAGE * AS_MANY) / (votes + AS_MANY), 4)


def guessed_votes(sites: int) -> int:
    return GUESSED_VOTES[sites] if sites < len(GUESSED_VOTES) else WELL_KNOWN
