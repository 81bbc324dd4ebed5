"""What others see of a person as pages, picture cards and feeds."""
