"""The segmenter's inner loops, compiled: messages of one vessel after the other, over flat arrays.

`arrays` names them, `scan` goes through the messages, `match` finds the segment of one, `drift` measures how far off it is,
`seen` knows repeats, `order` looks whether rows are sorted, `text` writes the ids.
"""
