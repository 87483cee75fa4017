"""Who may work at the desk: accounts, passwords, sessions, links that work once."""
