"""Why a backup is not made, not read or not brought back."""


class BackupError(Exception):
    """The text is one sentence or two that say why, and in what state things are."""
