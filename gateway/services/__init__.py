"""What courts, carriers and the clock make happen: one verb a file, a Session and the time handed in."""
