"""What callers hear and where they are connected: pure decisions, and the dialects of carriers."""
