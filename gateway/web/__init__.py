"""The doors: carriers' webhooks, the REST API, media, health."""
