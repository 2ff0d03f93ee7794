"""Statements into need themes: fitted, placed, kept over refits, laid out."""
