"""What staff do to a person, each with a reason."""
