"""The revision of the schema that this code is written for."""

REVISION = "0014"
