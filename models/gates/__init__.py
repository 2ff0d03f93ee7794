"""What a challenger has to pass before it takes the champion's place.

Each gate compares the two on what neither may lose and says in a sentence what it found.
"""
