"""Which of a catalogue's tags are genres, and how genres and studios are spelled.

The source mixes the tags of a dozen sites, all in lower case. What counts as a genre
here are MyAnimeList's genres, themes and demographics, its retired ones included.
"""

import re
from collections.abc import Iterable

GENRES = (
    "Action",
    "Adventure",
    "Avant Garde",
    "Award Winning",
    "Boys Love",
    "Comedy",
    "Drama",
    "Ecchi",
    "Erotica",
    "Fantasy",
    "Girls Love",
    "Gourmet",
    "Hentai",
    "Horror",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Slice of Life",
    "Sports",
    "Supernatural",
    "Suspense",
)
THEMES = (
    "Adult Cast",
    "Anthropomorphic",
    "CGDCT",
    "Childcare",
    "Combat Sports",
    "Crossdressing",
    "Delinquents",
    "Demons",
    "Detective",
    "Educational",
    "Gag Humor",
    "Game",
    "Gore",
    "Harem",
    "High Stakes Game",
    "Historical",
    "Idols (Female)",
    "Idols (Male)",
    "Isekai",
    "Iyashikei",
    "Love Polygon",
    "Love Status Quo",
    "Magic",
    "Magical Sex Shift",
    "Mahou Shoujo",
    "Martial Arts",
    "Mecha",
    "Medical",
    "Military",
    "Music",
    "Mythology",
    "Organized Crime",
    "Otaku Culture",
    "Parody",
    "Performing Arts",
    "Pets",
    "Police",
    "Psychological",
    "Racing",
    "Reincarnation",
    "Reverse Harem",
    "Romantic Subtext",
    "Samurai",
    "School",
    "Showbiz",
    "Space",
    "Strategy Game",
    "Super Power",
    "Survival",
    "Team Sports",
    "Time Travel",
    "Urban Fantasy",
    "Vampire",
    "Video Game",
    "Villainess",
    "Visual Arts",
    "Workplace",
)
DEMOGRAPHICS = ("Josei", "Kids", "Seinen", "Shoujo", "Shounen")

# Other sites' words for the same thing. Broader or narrower ones are left out: a wrong
# genre is worse than a missing one. "Dementia", "thriller" and "cars" were renamed by
# MyAnimeList itself.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "Anthropomorphic": ("anthropomorphism",),
    "Avant Garde": ("avant-garde", "dementia"),
    "Boys Love": (
        "bl",
        "boys' love",
        "boy's love",
        "shonen ai",
        "shounen ai",
        "shounen-ai",
        "yaoi",
    ),
    "CGDCT": ("cute girls doing cute things",),
    "Combat Sports": ("combat sport",),
    "Crossdressing": ("cross dressing", "cross-dressing"),
    "Delinquents": ("delinquent",),
    "Demons": ("demon",),
    "Detective": ("detectives",),
    "Educational": ("education",),
    "Erotica": (
        "18 restricted",
        "adult content",
        "borderline h",
        "erotic",
        "smut",
    ),
    "Gag Humor": ("gag", "gag humour"),
    "Girls Love": (
        "girls' love",
        "girl's love",
        "gl",
        "shoujo ai",
        "shoujo-ai",
        "yuri",
    ),
    "Gourmet": ("cooking", "food", "food and beverage"),
    "Harem": ("female harem",),
    "Hentai": ("pornography",),
    "High Stakes Game": ("high stakes games",),
    "Historical": ("history",),
    "Idols (Female)": ("idol (female)", "female idols"),
    "Idols (Male)": ("idol (male)", "male idols"),
    "Isekai": ("person in a strange world",),
    "Josei": ("ladies",),
    "Kids": ("children", "kodomo"),
    "Love Polygon": ("love triangle",),
    "Magical Sex Shift": ("gender bender", "gender bending"),
    "Mahou Shoujo": ("magical girl", "magical girls"),
    "Mecha": (
        "piloted robot",
        "real robot",
        "real robots",
        "super robot",
        "super robots",
    ),
    "Medical": ("medicine",),
    "Music": ("musical",),
    "Organized Crime": ("mafia", "yakuza"),
    "Otaku Culture": ("otaku",),
    "Parody": ("parodies",),
    "Performing Arts": ("theater", "theatre"),
    "Pets": ("pet",),
    "Police": ("cops", "policeman"),
    "Racing": ("cars", "motorsport", "motorsports"),
    "Reverse Harem": ("male harem",),
    "School": ("high school", "school club", "school clubs", "school life"),
    "Sci-Fi": ("sci fi", "science fiction", "science-fiction", "scifi"),
    "Seinen": ("young adult men",),
    "Shoujo": ("shojo",),
    "Shounen": ("fighting-shounen", "shonen"),
    "Space": ("outer space", "space opera"),
    "Strategy Game": ("strategy games",),
    "Super Power": ("super powers", "superpower", "superpowers"),
    "Suspense": ("thriller",),
    "Team Sports": ("team sport",),
    "Urban Fantasy": ("contemporary fantasy",),
    "Vampire": ("vampires",),
    "Video Game": ("gaming – video games", "video games"),
    "Workplace": ("work", "work life", "working life"),
}


def _table() -> dict[str, tuple[int, str]]:
    table = {}
    for rank, names in enumerate((GENRES, THEMES, DEMOGRAPHICS)):
        for name in names:
            for tag in (name.casefold(), *SYNONYMS.get(name, ())):
                table[tag] = (rank, name)
    return table


_TABLE = _table()
# Made to arouse, or shown to adults only. Ecchi only teases, and "nudity" or "erotic
# game" (what a work is based on) stand on many titles for everybody.
MATURE = frozenset(
    tag for tag, (_, name) in _TABLE.items() if name in ("Erotica", "Hentai")
)


def genres_of(tags: Iterable[str]) -> tuple[str, ...]:
    """The genres among tags, in display form: genres, then themes, demographics."""
    known = (_TABLE.get(tag.strip().casefold()) for tag in tags)
    # sorted() is stable: within a rank the source's order stays.
    ranked = sorted(filter(None, known), key=lambda entry: entry[0])
    return tuple(dict.fromkeys(name for _, name in ranked))


def is_mature(tags: Iterable[str]) -> bool:
    return any(tag.strip().casefold() in MATURE for tag in tags)


# Studios whose spelling no rule finds, as they or MyAnimeList write themselves.
_STUDIOS = {
    name.casefold(): name
    for name in (
        "100studio",
        "8bit",
        "Ajia-do",
        "APPP",
        "AXsiZ",
        "B.CMAY PICTURES",
        "BUG FILMS",
        "C2C",
        "CLAP",
        "CloverWorks",
        "CoMix Wave Films",
        "CygamesPictures",
        "DR Movie",
        "E&G Films",
        "E&H Production",
        "ENGI",
        "EzόLa",
        "feel.",
        "GoHands",
        "Lay-duce",
        "LIDENFILMS",
        "MAPPA",
        "NAZ",
        "NUT",
        "roll2",
        "Science SARU",
        "Signal.MD",
        "SILVER LINK.",
        "Studio 3Hz",
        "Studio 4°C",
        "Studio A-CAT",
        "SynergySP",
        "TROYCA",
        "ufotable",
        "WAO World",
    )
}
_STUDIOS |= {
    "deen": "Studio Deen",
    "ghibli": "Studio Ghibli",
    "pierrot": "Studio Pierrot",
    "j.c. staff": "J.C.Staff",
    "jc staff": "J.C.Staff",
    "pa works": "P.A. Works",
    "p.a.works": "P.A. Works",
    "production i.g.": "Production I.G",
    "production ig": "Production I.G",
    "shin ei animation": "Shin-Ei Animation",
    "silver link": "SILVER LINK.",
    "feel": "feel.",
}
_WORDS = {
    "aic": "AIC",
    "asta": "ASTA",
    "cg": "CG",
    "dax": "DAX",
    "emt": "EMT",
    "ga-crew": "GA-CREW",
    "ims": "IMS",
    "lan": "LAN",
    "mi": "MI",
    "ob": "OB",
    "olm": "OLM",
    "plus+": "PLUS+",
    "tms": "TMS",
    "tyo": "TYO",
    "tv": "TV",
    "3d": "3D",
}
_SMALL_WORDS = frozenset({"and", "in", "of"})
# The first letter of a word, of a part after - & / ( and of dotted initials (J.C.S…).
_INITIAL = re.compile(r"(?<![^-&/(\"+])[^\W\d_]|(?<=\b\w\.)[^\W\d_]")
_CONSONANTS = re.compile(r"[^\W\d_aeiouy]{2,4}")  # TNK, KSS: said letter by letter


def _display_word(word: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    if word.isascii() and _CONSONANTS.fullmatch(word):
        return word.upper()
    return _INITIAL.sub(lambda match: match[0].upper(), word)


def display_studio(name: str) -> str:
    """A studio's name as it is written; the source has all of them in lower case."""
    name = " ".join(name.split())
    if name != name.lower():
        return name
    if known := _STUDIOS.get(name.casefold()):
        return known
    return " ".join(
        word if at and word in _SMALL_WORDS else _display_word(word)
        for at, word in enumerate(name.split(" "))
    )
