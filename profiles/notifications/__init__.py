"""What a person is told: of titles on their list, and of their account."""
