"""The people who work at the desk: accounts, passwords, sessions, links that work once."""
