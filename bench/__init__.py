"""Measurements a person can run again; not part of the wheel."""
