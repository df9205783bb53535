"""The charts of the report: matplotlib draws, `canvas` turns the result into inline SVG whose marks link to evidence."""
