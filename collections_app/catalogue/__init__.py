"""The catalogue: its files (reader), its spelling (genres) and its names (folding).

Those three are pure: no database, no Django.
"""
