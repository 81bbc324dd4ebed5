"""What airs when: days of a calendar, of all titles or of one's own."""
