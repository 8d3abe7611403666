"""painmap joins pain drawing, CT, muscle, injection plan and outcome in one record."""

__version__ = "0.1.0"
