"""Editions of the newsletter: when, what is in them, to whom, and what became of each mail."""
