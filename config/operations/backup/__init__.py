"""Keeping copies of the shop's data, and bringing one back.

`making` and `restoring` are the verbs. `files` says where backups lie and how old the
newest is, `retention` which may go; `archive` is the form of one file, `age` its
encryption, `figures` what a copy is held to. `engines` are the two kinds of database:
`sqlite`, and `mariadb` with `dump`, which reads what passes; `programs` runs others'.
"""
