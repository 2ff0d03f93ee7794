"""What is known of customers and their words, as tables that trends and ranking count in."""
