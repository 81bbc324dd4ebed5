"""What staff decided about what people show: the table, and what is withheld."""
