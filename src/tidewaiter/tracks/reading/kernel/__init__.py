"""Compiled parts of reading: times written as text, the sieve of rows, points in WKB."""
