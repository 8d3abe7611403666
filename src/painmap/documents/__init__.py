"""The versioned JSON document that says all of a visit, and its upgrades."""
