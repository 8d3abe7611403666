"""Mouse tools, one module each, as generators of edits."""
