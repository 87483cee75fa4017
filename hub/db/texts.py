"""What readers are told when the database cannot be used, and programmers when they misuse it."""

from hub.i18n import N_

BUSY = N_("The database is busy. Please try again in a moment.")
FULL = N_("The disk is full. Nothing was saved.")
AWAY = N_("The site cannot reach its database just now. Please try again in a moment.")
UNUSABLE = N_("The database cannot be used: %(reason)s")
NUL = N_("Text with a NUL character cannot be stored.")
UNREADABLE = N_("Text that is not valid Unicode cannot be stored.")
TOO_BIG = N_("A number is too large.")

SWALLOWED = "an error was swallowed outside a savepoint: this transaction can keep nothing"
NESTED = "a write transaction was opened inside another one"

NOT_EMPTY = "The target is not empty: it has rows in %(tables)s. Copy into a fresh database."
OTHER_SCHEMA = "The two databases have different tables: use one version of the hub for both."
NOT_THE_SAME = "The copy of %(table)s is not what was read; nothing was kept."
NOT_KEPT = "%(table)s holds a value that PostgreSQL does not keep: %(reason)s"
