"""Why a backup is not made, not read or not brought back."""


class BackupError(Exception):
    """The text is one sentence or two that say why, and in what state things are."""


class NoPrivateKeyError(BackupError):
    """A backup is encrypted, and nothing is here that could open it."""
