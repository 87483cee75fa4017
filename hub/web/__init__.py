"""What all pages share: themes, forms, sessions, protection, the page cache, error pages."""
