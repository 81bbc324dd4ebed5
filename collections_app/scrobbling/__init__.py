"""What players play: taken for episodes of titles, and written to the list."""
