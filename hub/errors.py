"""Every error the hub raises on purpose.

    HubError
    ├── Refused              what was asked cannot be done; whoever asked can mend it   400
    │   ├── NotFound         there is no such thing                                     404
    │   ├── Gone             there was, and its owner took it away                      410
    │   ├── Conflict         it clashes with something that exists                      409
    │   ├── NotAllowed       not by this person, or not from this page                  403
    │   ├── TooLarge         more bytes than the hub takes                              413
    │   └── TooMany          too often; try again later                                 429
    ├── Unreachable          another site cannot be called, or does not answer           502
    ├── SettingError         a setting is wrong; the hub does not start                 500
    └── Unavailable          not now: the database or the disk does not answer          503
        ├── DatabaseBusy     another writer holds the database
        └── StorageFull      the disk is full

A message is an English text with %(name)s slots, marked for translation where it
is raised; pages show it in the reader's language, the command line in English.
"""


class HubError(Exception):
    """The root: `message` is the text, `values` fill its slots, `status` is its HTTP status."""

    status = 500

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class Refused(HubError):
    """What was asked cannot be done, and the message says what to do instead.

    `field` names the form field that the message belongs beside, when there is one.
    """

    status = 400

    def __init__(self, message: str, *, field: str = "", **values: object) -> None:
        super().__init__(message, **values)
        self.field = field


class NotFound(Refused):
    status = 404


class Gone(Refused):
    status = 410


class Conflict(Refused):
    status = 409


class NotAllowed(Refused):
    status = 403


class TooLarge(Refused):
    status = 413


class TooMany(Refused):
    status = 429


class Unreachable(HubError):
    """Another site cannot be called, or does not answer; the message says why, in English."""

    status = 502


class SettingError(HubError):
    """A setting from the environment is wrong; the message names it."""


class Unavailable(HubError):
    status = 503


class DatabaseBusy(Unavailable):
    pass


class StorageFull(Unavailable):
    pass
