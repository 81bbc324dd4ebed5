"""What a user keeps of titles: an entry, and what follows from a change of it."""
