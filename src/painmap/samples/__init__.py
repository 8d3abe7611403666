"""Public sample series: the catalogue, and fetching them over HTTPS from where they lie."""
