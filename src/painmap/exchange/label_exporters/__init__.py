"""One module for each format in which muscles leave as label maps; each offers one ``EXPORTER``."""
