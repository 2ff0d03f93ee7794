"""What customers wrote, made readable: markup, quoted mail, forms, marks; and its language."""
