"""What a spreadsheet opens."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """A text of which no spreadsheet makes a formula: an apostrophe stands before it.

    The characters are those of OWASP's "CSV Injection".
    """
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text
