"""Compiled parts of ordering: vessels to small codes, rows to groups, groups in order, values to whole numbers."""
