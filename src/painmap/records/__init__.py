"""The store: patients, visits, items, the journal; the only place that knows SQL."""
