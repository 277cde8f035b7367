"""Every error that Usher raises on purpose. Its text is one short sentence that says what to do.

UsherError
├── ConfigError      a setting is missing, contradictory or malformed
├── DataError        a catalogue, rating file or import can't be read
│   └── IntegrityError   a file's hash is not the pinned one
├── FetchError       data or a model can't be downloaded
├── ModelError       a model or artefact is missing, corrupt or doesn't fit the catalogue
│   └── GenerationError  the text generator failed, hung or was cut off
├── StoreError       the database is unreachable, read-only, full or out of date
└── ChannelError     a chat service refuses us (a wrong token, say)
"""


class UsherError(Exception):
    """The root: entry points print it as one line and exit with code 1."""


class ConfigError(UsherError):
    """A setting is missing, contradictory or malformed."""


class DataError(UsherError):
    """A catalogue, rating file or import can't be read."""


class IntegrityError(DataError):
    """A file's hash is not the pinned one."""


class FetchError(UsherError):
    """Data or a model can't be downloaded."""


class ModelError(UsherError):
    """A model or artefact is missing, corrupt or doesn't fit the catalogue."""


class GenerationError(ModelError):
    """The text generator failed, hung or was cut off."""


class StoreError(UsherError):
    """The database is unreachable, read-only, full or out of date."""


class ChannelError(UsherError):
    """A chat service refuses us."""
