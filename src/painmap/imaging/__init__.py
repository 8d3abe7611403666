"""CT from files to volumes: scan, series, geometry, planes, contours; patient LPS millimetres."""
