"""What is done to a sandbox account besides what is done to any account."""
