"""AIS messages from fields to sentences, for tests: bits, armour, parts, checksums. Written apart from the decoder."""

SIX_BIT = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"


def number(value, width):
    return format(value & ((1 << width) - 1), f"0{width}b")


def text(words, chars):
    return "".join(number(SIX_BIT.index(c), 6) for c in words.ljust(chars, "@"))


def lat_lon(lat, lon, unit=600_000):
    big = unit == 600_000
    return number(round(lon * unit), 28 if big else 18) + number(round(lat * unit), 27 if big else 17)


def size(bow, stern, port, starboard):
    return number(bow, 9) + number(stern, 9) + number(port, 6) + number(starboard, 6)


def head(kind, mmsi):
    return number(kind, 6) + number(0, 2) + number(mmsi, 30)


def position_a(kind=1, mmsi=273123456, lat=43.1, lon=131.9, sog=101, cog=1234, heading=77, status=0, turn=0):
    bits = head(kind, mmsi) + number(status, 4) + number(turn, 8) + number(sog, 10) + "0"
    return bits + lat_lon(lat, lon) + number(cog, 12) + number(heading, 9) + number(0, 31)


def base(kind=4, mmsi=2731234, when=(2023, 8, 17, 12, 30, 59), lat=42.2, lon=130.3):
    time = "".join(number(v, w) for v, w in zip(when, (14, 4, 5, 5, 6, 6), strict=True))
    return head(kind, mmsi) + time + "0" + lat_lon(lat, lon) + number(0, 34)


def voyage(
    mmsi=273123456, imo=9074729, call="UBXY7", name="ANGARA", kind=79, box=(100, 21, 9, 10), eta=(8, 31, 23, 5), draught=71,
    goal="RU VYP", spare="00",
):  # fmt: skip
    bits = head(5, mmsi) + "00" + number(imo, 30) + text(call, 7) + text(name, 20) + number(kind, 8) + size(*box)
    time = "".join(number(v, w) for v, w in zip(eta, (4, 5, 5, 6), strict=True))
    return bits + "0001" + time + number(draught, 8) + text(goal, 20) + spare


def aircraft(mmsi=111273001, sog=150, lat=42.0, lon=131.0, cog=900):
    bits = head(9, mmsi) + number(300, 12) + number(sog, 10) + "0" + lat_lon(lat, lon)
    return bits + number(cog, 12) + number(0, 40)


def position_b(mmsi=412345678, lat=-12.5, lon=-170.25, sog=55, cog=3599, heading=511):
    bits = head(18, mmsi) + number(0, 8) + number(sog, 10) + "0" + lat_lon(lat, lon)
    return bits + number(cog, 12) + number(heading, 9) + number(0, 35)


def extended_b(mmsi=412345678, name="FISHER", kind=30, box=(5, 6, 2, 3), **moves):
    return (
        head(19, mmsi)
        + position_b(mmsi, **moves)[38:139]
        + "0000"
        + text(name, 20)
        + number(kind, 8)
        + size(*box)
        + ("0001" + "000" + "0000")
    )


def aid(mmsi=992731234, kind=14, name="BUOY NINE", rest="", lat=42.1, lon=130.4, box=(1, 1, 1, 1)):
    bits = head(21, mmsi) + number(kind, 5) + text(name, 20) + "0" + lat_lon(lat, lon) + size(*box)
    bits += "0001" + number(60, 6) + "0" + number(0, 8) + "0000"
    extra = text(rest, len(rest))
    return bits + extra + "0" * (-len(extra) % 8)


def name_b(mmsi=412345678, name="FISHER TWO"):
    return head(24, mmsi) + "00" + text(name, 20)


def details_b(mmsi=412345678, kind=30, call="BQ77", box=(5, 6, 2, 3), part=1):
    return (
        head(24, mmsi)
        + number(part, 2)
        + number(kind, 8)
        + text("ABC", 3)
        + number(0, 24)
        + text(call, 7)
        + size(*box)
        + ("000000")
    )


def long_range(mmsi=273123456, lat=42.5, lon=131.5, sog=12, cog=90, status=0):
    bits = head(27, mmsi) + "00" + number(status, 4) + lat_lon(lat, lon, 600)
    return bits + number(sog, 6) + number(cog, 9) + "00"


def armoured(bits):
    """Return the payload and its fill bits."""
    fill = -len(bits) % 6
    bits += "0" * fill
    values = [int(bits[i : i + 6], 2) for i in range(0, len(bits), 6)]
    return "".join(chr(v + 48 if v < 40 else v + 56) for v in values), fill


def summed(body, start="!"):
    """Return a sentence with its checksum."""
    total = 0
    for byte in body.encode("latin1"):
        total ^= byte
    return f"{start}{body}*{total:02X}"


def tagged(tags, sentence):
    return summed(tags, "\\") + "\\" + sentence


def gatehouse(when, sentences):
    """Return the $PGHP line that speaks of a message (its sentences)."""
    named = 0
    for sentence in sentences:
        named ^= int(sentence.rpartition("*")[2], 16)
    return summed(f"PGHP,1,{','.join(map(str, when))},219,,2190067,1,{named:02X}", "$")


def sentences(bits, parts=1, sequence="", channel="A", talker="AIVDM"):
    """Return the sentences of a message."""
    payload, fill = armoured(bits)
    step = -(-len(payload) // parts)
    pieces = [payload[i : i + step] for i in range(0, len(payload), step)]
    return [
        summed(f"{talker},{parts},{i},{sequence},{channel},{piece},{fill if i == parts else 0}")
        for i, piece in enumerate(pieces, 1)
    ]
