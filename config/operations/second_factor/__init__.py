"""The page on which staff set their own second factor up, and take it away."""
