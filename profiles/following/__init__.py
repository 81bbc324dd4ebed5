"""Who follows, asks to follow and blocks whom, and what that lets them see."""
