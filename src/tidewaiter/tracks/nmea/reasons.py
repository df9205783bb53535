"""Why lines of a log are set aside: the whole list, in the order of the kernel's codes."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "blank": "nothing but white space",
    "not_nmea": "does not begin like a sentence (! or $) or a tag block (\\)",
    "other_sentence": "a sentence that is no VDM or VDO, such as $PGHP, $AIALR or !AIPWR; its checksum is not looked at",
    "too_long": "longer than 4,096 bytes",
    "tag_block": "a tag block that does not end, or no sentence after it",
    "framing": "a VDM or VDO without its fields: part numbers 1–9, sequence, channel, payload, 0–5 fill bits, checksum",
    "checksum": "the checksum of the sentence differs from its bytes",
    "armour": "the checksum is right, but the payload holds a character that stands for no six bits",
    "length": "the count of bits does not fit the message type, and what is too much is not zeros",
    "unused_type": "a sound message of a type that says nothing of positions or names (6–8, 10, 12–17, 20, 22, 23, …)",
    "unknown_part": "a type 24 that is neither part A nor part B",
    "part_alone": "a part of a message whose other parts did not come within 500 lines",
    "part_repeated": "a part that was already there, from a second receiver",
}
"""Name of each reason and what it means. `blank`, `other_sentence` and `unused_type` are no faults of the log."""

(
    BLANK,
    NOT_NMEA,
    OTHER_SENTENCE,
    TOO_LONG,
    TAG_BLOCK,
    FRAMING,
    CHECKSUM,
    BAD_ARMOUR,
    LENGTH,
    UNUSED_TYPE,
    UNKNOWN_PART,
    PART_ALONE,
    PART_REPEATED,
) = range(len(REASONS))
