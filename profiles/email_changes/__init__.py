"""Another e-mail address: asked for, confirmed by its own mail, taken back."""
