"""Personal tokens: what a script or an app of one person signs in with."""
