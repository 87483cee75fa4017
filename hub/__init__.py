"""The hub: articles, feeds and a newsletter that belong to the business that hosts them."""

__version__ = "0.1.0"
