"""The synthetic lumbar CT with its known truth."""
