"""A whole site moves in: people, lists, searches and profiles of the hosted backend."""
