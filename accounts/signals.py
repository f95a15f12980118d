"""What other apps may learn from this one, inside its transactions."""

from django.dispatch import Signal

# A user has shown that their email is theirs. Sent with `user`, whose row is locked, before
# the commit: what a receiver writes stands or falls with the confirmation.
email_confirmed = Signal()
