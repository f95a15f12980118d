"""Keeping copies of the shop's data, and bringing one back.

`files` says where backups lie and how old the newest is, `retention` which may go.
"""
