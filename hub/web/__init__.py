"""What all pages share: themes, forms, sessions, protection, the page cache, error pages."""

from starlette.convertors import IntegerConvertor, register_url_convertor


class _Number(IntegerConvertor):
    """`{id:int}` in an address, as far as a database can count; a longer one is no such page."""

    regex = "[0-9]{1,18}"


# Here, because every module that names a route has imported this package before.
register_url_convertor("int", _Number())
