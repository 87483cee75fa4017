"""A filled hub to look at: `make demo`."""
