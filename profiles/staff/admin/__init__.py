"""Admin pages of people."""
