"""Mutated lines through the decoder: nothing may fall out of an array, and every line must be counted.

NUMBA_BOUNDSCHECK=1 python tests/tracks/fuzz_nmea.py [LINES] [SEED]

Set NUMBA_CACHE_DIR to a folder of its own, for the compiled code of a checked run is not that of others. The same lines are
decoded whole and cut in pieces, and both must agree. Half of the mutated sentences get a right checksum, so that damage
reaches what lies behind it.
"""

import os
import sys

import numpy as np
from ais_encoder import (
    aid,
    aircraft,
    base,
    details_b,
    extended_b,
    gatehouse,
    long_range,
    name_b,
    position_a,
    position_b,
    sentences,
    summed,
    tagged,
    voyage,
)

from tidewaiter.tracks.nmea import decode

ROUND = 20_000  # lines at once
SEEDS = [
    *(sentences(bits)[0] for bits in (position_a(), base(), aircraft(), position_b(), extended_b(), aid(), name_b())),
    *(sentences(bits)[0] for bits in (details_b(), long_range(), voyage(), aid(rest="GOES ON AND ON"))),
    *(line for i in range(4) for line in sentences(voyage(), parts=2 + i, sequence=str(i))),
    tagged("s:station,c:1692275459,g:1-2-77", sentences(voyage(), parts=2, sequence="1")[0]),
    tagged("g:2-2-77", sentences(voyage(), parts=2, sequence="1")[1]),
    gatehouse((2023, 8, 17, 12, 30, 59, 7), sentences(position_a())),
    sentences(position_a())[0] + ",1692275459123",
    sentences(position_b())[0] + ",d-089,S1234,r003669945,1692275459",
    "$GPGGA,1,2,3*00",
    "",
]
SIGNS = b"\n,*\\!$:-0159AVWw\r \0\xff"


def mutated(rng):
    line = bytearray(SEEDS[rng.integers(len(SEEDS))].encode())
    for _ in range(rng.integers(0, 4)):
        p = int(rng.integers(len(line) + 1))
        sign = SIGNS[rng.integers(len(SIGNS))] if rng.random() < 0.5 else int(rng.integers(256))
        match rng.integers(6):
            case 0:
                line[p : p + 1] = bytes([sign])
            case 1:
                line.insert(p, sign)
            case 2:
                del line[p : p + int(rng.integers(1, 9))]
            case 3:
                line[p:p] = line[int(rng.integers(len(line) + 1)) :][: int(rng.integers(1, 90))]
            case 4:
                line = line[:p]
            case _:
                line[p:p] = SEEDS[rng.integers(len(SEEDS))].encode()[int(rng.integers(40)) :]
    text = line.decode("latin1")
    star = text.rfind("*")
    if star > 0 and text.startswith("!") and rng.random() < 0.5:
        text = summed(text[1:star]) + text[star + 3 :]
    return text.encode("latin1")


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rng = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 7)
    done = used = 0
    while done < wanted:
        data = b"\n".join(mutated(rng) for _ in range(ROUND))
        whole = decode(data)
        whole.positions.validate(full=True)
        whole.statics.validate(full=True)
        summary = whole.summary
        assert summary.lines == summary.message_lines + sum(summary.rejected.values())
        assert summary.lines == data.count(b"\n") + bool(data) - data.endswith(b"\n")
        step = int(rng.integers(1, 5000))
        cut = decode([data[i : i + step] for i in range(0, len(data), step)])
        assert cut.summary == summary
        assert cut.positions.equals(whole.positions)
        assert cut.statics.equals(whole.statics)
        done += ROUND
        used += summary.message_lines
    checked = "every index checked" if os.environ.get("NUMBA_BOUNDSCHECK") == "1" else "indices not checked"
    print(f"{done} mutated lines, {used} of them used, {checked}")


if __name__ == "__main__":
    main()
