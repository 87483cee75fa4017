"""Articles from elsewhere: one module a format."""
