"""Candidates and their rank, with every part of it."""
