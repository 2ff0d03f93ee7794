"""Records cut into statements, and what each statement is: its kind, its tone, a copy or not."""
