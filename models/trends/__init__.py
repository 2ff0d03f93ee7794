"""Who voices a theme and when: rises, profiles, what it does to ratings."""
