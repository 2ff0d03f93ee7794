"""What an idea would take, by analogy with finished work."""
