"""What `poses` draws: people in space and in motion."""
