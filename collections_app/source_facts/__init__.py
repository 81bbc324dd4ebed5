"""What other sources say of the catalogue's titles: when they air, names by language,
links, relations, votes. They make no titles; each fact keeps its source.

Decision: docs/decisions/0049-facts-of-sources.md
"""
