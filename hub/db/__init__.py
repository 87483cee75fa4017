"""The seam to the database engine: stores write one SQL text, this folder runs it."""

from hub.db.opening import open_address, open_database
from hub.db.seam import Database, Transaction, in_list
from hub.db.sqlite import check_file

__all__ = ["Database", "Transaction", "check_file", "in_list", "open_address", "open_database"]
