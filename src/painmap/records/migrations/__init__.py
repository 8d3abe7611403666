"""The store's schema, step by step; run when a database is opened."""
