"""The sample a new user runs first, and the generator that writes it."""
