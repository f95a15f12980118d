"""Programs of a scratch machine that stand for what cannot run in a test."""
