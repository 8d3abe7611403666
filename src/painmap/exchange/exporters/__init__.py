"""One module a format; each offers one ``EXPORTER``."""
