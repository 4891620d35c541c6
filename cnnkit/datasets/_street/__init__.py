"""What `street_scenes` draws: people, vehicles, houses and light."""
