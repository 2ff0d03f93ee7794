"""Which texts are about the same thing, how sure that is, and why."""
