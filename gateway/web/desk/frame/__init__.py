"""What every page of the desk stands in: its door, its form kit, its language, its looks."""
