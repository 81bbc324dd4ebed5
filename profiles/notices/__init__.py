"""What all are told for a while."""
