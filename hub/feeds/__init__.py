"""Feeds and maps for machines: RSS, Atom, JSON Feed, sitemap, robots."""
