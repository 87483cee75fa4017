"""The owner's desk under /admin, one module a resource."""
