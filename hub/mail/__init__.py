"""Mail as bytes, and the way it leaves: the relay or the outbox."""
