"""Posts and pages: writing, publishing, rendering, old addresses, pictures, import."""
