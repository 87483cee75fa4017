"""The owner's hall: what stands in menu and footer, and what the home is made of."""
