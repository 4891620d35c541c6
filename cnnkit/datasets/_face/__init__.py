"""What `faces` draws: people, their heads in space, and pictures of them."""
