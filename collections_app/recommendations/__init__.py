"""What a person may like next: found once a day, by who likes what together."""
