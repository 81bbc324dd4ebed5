"""Who the user is: the account, signing in and out, passwords, tokens."""
