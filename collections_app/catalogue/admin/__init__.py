"""Admin pages of the catalogue."""
