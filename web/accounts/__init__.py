"""Users, the browsers they are signed in with, and the tokens of their programs."""
