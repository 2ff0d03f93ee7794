"""Which ideas ship in which release, by mixed-integer programming."""
