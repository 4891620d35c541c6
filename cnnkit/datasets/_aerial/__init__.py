"""What `aerial_roads` draws: a piece of land from above, and its roads."""
