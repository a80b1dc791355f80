"""Spreadsheets, read and written by processes of their own; knows columns and cells, nothing of courts."""
