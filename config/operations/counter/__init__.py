"""The counter: scanner in hand, customer in front."""
