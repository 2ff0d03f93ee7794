"""Proposing settings for a file that nobody has described yet."""
