"""What every app needs of the database, and Django does not have; knows no app."""
