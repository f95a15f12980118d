"""The shop's rows as files that people open in a spreadsheet: out, and in again."""
