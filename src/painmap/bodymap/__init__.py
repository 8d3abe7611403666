"""Body figures: templates, their regions, and which region a mark lies in."""
