"""Everything Qt: the window, its pages, its tools."""
