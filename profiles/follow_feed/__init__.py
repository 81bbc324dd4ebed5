"""What those whom somebody follows did lately."""
