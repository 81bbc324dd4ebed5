"""What has access to an account: registered apps, what they did, and how it ends."""
