"""The demonstration: a fictitious court on this machine, and its story from approval to silence."""
