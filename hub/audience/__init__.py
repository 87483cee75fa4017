"""Readers who subscribed: sign-up, consent, preferences, leaving, the list in and out."""
