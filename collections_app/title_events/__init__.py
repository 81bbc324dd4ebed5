"""What happened to titles, until those whom it concerns have been told."""
