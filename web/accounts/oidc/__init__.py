"""Signing in with an OpenID provider: asking it, checking what it says, and who may come in."""
