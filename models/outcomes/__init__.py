"""What happened after shipping: did the need fade, who is to be told, how fast it went."""
