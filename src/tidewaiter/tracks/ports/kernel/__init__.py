"""Compiled parts of port events: distances, the grid of places, thinning, the state machine, visits."""
