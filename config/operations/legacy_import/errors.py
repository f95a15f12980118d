"""Why an import does not begin, or stops."""


class ImportRefusedError(Exception):
    """Nothing was written; the text is one sentence that says why."""


class BadFileError(ImportRefusedError):
    """The file cannot be read as an old server's."""
