"""What a user searched for."""
