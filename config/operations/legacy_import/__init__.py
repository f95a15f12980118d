"""Bringing an old server's data over: `manage.py import_legacy`.

`snapshot` copies the file and `schemas` recognises it, `values` reads single values,
`goods`, `people`, `history` and `orders` turn rows into ours, `run` saves them in batches,
`sources` tells whether they came before, `report` says what came, `undo` takes it back.
`docs/importing.md` has the rules.
"""
