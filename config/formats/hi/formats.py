"""Hindi: as in English, but that amounts are read by lakh and crore."""

from config.formats.en.formats import *  # noqa: F403

# From the right: three digits, then always two (1,23,45,678).
NUMBER_GROUPING = (3, 2, 0)
