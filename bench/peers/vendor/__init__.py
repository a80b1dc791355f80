"""The shape of a vendor's sample: Flask, an ORM and the vendor's SDK."""
