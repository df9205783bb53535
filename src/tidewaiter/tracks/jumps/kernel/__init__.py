"""Compiled core of jumps and circles, one module for each."""
