"""Orders of who stands at the counter: the customer by phone, lines by typing, the ticket."""
