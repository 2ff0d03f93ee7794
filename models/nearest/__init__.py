"""Nearest neighbours among unit vectors, exact to the last bit on whole numbers."""
