"""What others see of a person: by their name, or by a link that they were given."""
