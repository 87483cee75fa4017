"""What the owner is told of: kept at the desk, and mailed as far as the owner wants it."""
