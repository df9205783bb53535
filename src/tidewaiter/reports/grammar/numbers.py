"""Numbers in running text: digits and words, scales, ranges that share a scale, halves, shares, and the words of bounds.

A number here is a value with a relation ("mehr als 13.000" = gt 13,000); what is counted is another grammar's business.
Years, dates, calibres, type names, money, ranks and multiples are told apart first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.line import Line

FIRST_YEAR, LAST_YEAR = 1900, 2099
LONGEST_DIGITS = 15  # more of them count nothing that is shipped
OLDEST = 120
MONEY = frozenset("$€£¥₩₽₴")
SIGNS = ("approx", "gt", "ge", "le", "lt")
_GROUPED = re.compile(r"\d{1,3}(?:[ .,']\d{3})+")
_DIGITS = re.compile(r"\d")


class Number(NamedTuple):
    """A number in a line: tokens [start, end) with its modifiers, [bare_start, bare_end) without.

    `share`: percent or a fraction, in percent. `times`: an adverb of counting ("zweimal").
    """

    start: int
    end: int
    bare_start: int
    bare_end: int
    low: float | None
    high: float | None
    relation: str
    share: bool = False
    times: bool = False


class _Value(NamedTuple):
    end: int
    value: float
    scaled: float  # largest scale in it, 1 when none
    kind: str = "plain"  # plain | bare | share | times
    digits: bool = False


def numbers(line: Line, taken: frozenset[int] = frozenset()) -> list[Number]:
    """Return the numbers of a line in order.

    Args:
        line: a sentence.
        taken: tokens that belong to dates.
    """
    found: list[Number] = []
    token = refused = 0
    while token < line.size:
        number = None if token in taken else _number(line, token, taken)
        if number is None:
            value = _value(line, token) if token not in taken else None
            if value is not None:
                refused = value.end
            token = max(token + 1, value.end if value is not None and value.kind != "bare" else 0)
            continue
        second = token - 2 in taken and line.at("syntax.and", token - 1) is not None
        if second and number.low is not None and number.low <= 31 and line.at("item", number.end) is None:
            token = number.end  # "October 8 and 13"
            continue
        if refused and number.start == refused + 1 and line.at("syntax.and", refused):
            token = refused = number.end  # "aged 20 and 26"
            continue
        found.append(number)
        token = max(number.end, token + 1)
    return found


def _number(line: Line, token: int, taken: frozenset[int]) -> Number | None:
    first = _value(line, token)
    if first is None or any(t in taken for t in range(token, first.end)):
        return None
    low = high = first.value
    start, end, relation = token, first.end, "eq"
    part = _part_of(line, first)
    if part is not None:
        first = part
        low = high = part.value
        end = part.end
    joined = None if part is not None else _range(line, token, first, taken)
    if joined is not None:
        low, high, end, relation = joined.low, joined.high, joined.end, "range"
        first = first._replace(kind=joined.kind, end=end)
    if first.kind != "times" and _vetoed(line, token, end):
        return None
    share = first.kind == "share"
    percent = line.at("numbers.percent", end)
    if percent is not None and first.kind == "plain":
        end, share = percent.end, True
    start, end, modifier = _modifiers(line, token, end)
    if line.ending("vetoes.both", start) or (relation == "range" and line.ending("vetoes.before", start)):
        return None
    if first.kind == "bare":
        return Number(start, end, token, first.end, low, None, "gt" if modifier == "gt" else "ge")
    relation = modifier if modifier and relation != "range" else relation
    return Number(
        start,
        end,
        token,
        first.end,
        None if relation in {"le", "lt"} else low,
        None if relation in {"ge", "gt"} else high,
        relation,
        share=share,
        times=first.kind == "times",
    )


def _value(line: Line, token: int) -> _Value | None:
    """Read one number that begins at a token."""
    word = line.words.folded[token]
    begins = token in line.numbered or word[0].isdecimal() or line.at("syntax.each", token) is not None
    if not begins and not line.lexicon.file.numbers.parts:
        return None
    times = line.at("numbers.times", token)
    if times is not None:
        return _Value(times.end, float(times.value), 1.0, "times")
    fraction = line.at("numbers.fractions", token)
    if fraction is not None and word[0].isdecimal():  # "5분의 2"
        return _Value(fraction.end, _percent(fraction.value), 1.0, "share")
    each = line.at("syntax.each", token)
    rank = line.value("time.ordinals", each.end) if each is not None else None
    if each is not None and rank is not None and rank > 1:  # "jede vierte Rakete"
        return _Value(each.end + 1, _percent(1 / float(rank)), 1.0, "share")
    several = line.at("numbers.several", token)
    if several is not None and several.end < line.size and (parts := _compound(line, several.end)) is not None:
        return _Value(several.end + 1, 2 * parts, parts, "bare") if parts >= 100 else None
    if several is not None:
        scale = line.value("numbers.bare", several.end) or line.value("numbers.scales", several.end)
        if scale:
            hit = line.at("numbers.bare", several.end) or line.at("numbers.scales", several.end)
            return None if hit is None else _more_scale(line, _Value(hit.end, 2 * float(scale), float(scale), "bare"))
    half = line.at("numbers.halves", token)
    if half is not None:
        at = half.end + (1 if line.at("numbers.articles", half.end) else 0)
        scale_hit = line.at("numbers.scales", at) or line.at("numbers.bare", at)
        if scale_hit is not None:
            return _Value(scale_hit.end, float(half.value) * float(scale_hit.value), float(scale_hit.value))
    if word[0].isdecimal():
        return _after_digits(line, token)
    return _in_words(line, token)


def _after_digits(line: Line, token: int) -> _Value | None:
    word = line.words.folded[token]
    if sum(c.isdigit() for c in word) > LONGEST_DIGITS or line.words.written[token].count(".") > 5:
        return None
    scale_follows = _scale(line, token + 1) is not None
    value = parse_digits(word, line.lexicon.file.numbers.decimal, scaled=scale_follows)
    if value is None:
        return None
    end = token + 1
    total, current, largest = 0.0, value, 1.0
    while True:
        scale = _scale(line, end)
        if scale is None:
            break
        at, factor = scale
        largest = max(largest, factor)
        total, current, end = total + current * factor, 0.0, at
        if end < line.size and line.words.folded[end][0].isdigit() and _continues(line, end, factor):
            current = parse_digits(line.words.folded[end], line.lexicon.file.numbers.decimal) or 0.0
            end += 1
    if end == token + 1 and line.touches(end) and not _may_touch(line, end):
        return None  # 152mm is vetoed elsewhere; 2S19, 9th, 3D are names
    total = round(total + current, 6)
    at = end + 1 if end < line.size and line.words.folded[end] == "-" else end
    if line.at("numbers.times_units", at):
        return _Value(at + 1, total, 1.0, "times")
    fraction = line.at("numbers.fractions", end)
    if fraction is not None and value < fraction.value**-1 + 1:
        return _Value(fraction.end, _percent(total * fraction.value), 1.0, "share")
    return _Value(end, total, largest, digits=True)


def _in_words(line: Line, token: int) -> _Value | None:
    """Read number words; an article counts only before a scale."""
    fraction = line.at("numbers.fractions", token)
    if fraction is not None:
        return _Value(fraction.end, _percent(fraction.value), 1.0, "share")
    article = line.at("numbers.articles", token)
    if article is not None:
        fraction = line.at("numbers.fractions", article.end)
        if fraction is not None:
            return _Value(fraction.end, _percent(fraction.value), 1.0, "share")
        half = line.at("numbers.halves", article.end)
        scale = _scale(line, half.end if half else article.end)
        if scale is None:
            bounded = any(line.ending(f"relations.{sign}", token) for sign in ("ge", "le"))
            thing = any(line.at("item", t) for t in range(article.end, min(article.end + 3, line.size)))
            return _Value(article.end, 1.0, 1.0) if bounded and thing else None  # "mindestens eine dieser Raketen"
        return _more_scale(line, _Value(scale[0], (half.value if half else 1) * scale[1], scale[1]))
    total, current, largest, at = 0.0, 0.0, 1.0, token
    leading = line.at("numbers.scales", token)  # "mille quatre navires"
    follows = leading is not None and (line.at("numbers.words", leading.end) or line.at("item", leading.end))
    seen = leading is not None and leading.value <= 1000 and bool(follows) and not line.at("numbers.bare", token)
    while at < line.size:
        word = line.at("numbers.words", at)
        scale = _scale(line, at)
        if word is not None and (scale is None or scale[0] <= word.end):
            current += float(word.value)
            at, seen = word.end, True
        elif scale is not None and seen:
            at, factor = scale
            largest = max(largest, factor)
            if factor < 1000:
                current = (current or 1) * factor
            else:
                total, current = total + (current or 1) * factor, 0.0
        elif (compound := _compound(line, at)) is not None:
            current, at, seen = current + compound, at + 1, True
            largest = max(largest, 1000.0 if compound >= 1000 and compound % 1000 == 0 else 1.0)
        elif seen and line.at("numbers.joiners", at) and _goes_on(line, at + 1, current):
            at += 1
        else:
            break
    if not seen:
        bare = line.at("numbers.bare", token)
        one = bare is not None and any(line.ending(f"relations.{sign}", token) for sign in SIGNS)
        if one and bare is not None and not _plural(line, token):
            return _Value(bare.end, float(bare.value), float(bare.value))  # "более тысячи"
        if bare is not None and not line.ending("numbers.words", token):
            return _more_scale(line, _Value(bare.end, 2 * float(bare.value), float(bare.value), "bare"))
        return None
    total += current
    fraction = line.at("numbers.fractions", at)
    if fraction is not None:
        return _Value(fraction.end, _percent(total * fraction.value), 1.0, "share")
    times = line.at("numbers.times_units", at)
    if times is not None and line.at("numbers.multiples", at) is None and line.ending("time.in", token) is None:
        return _Value(times.end, total, 1.0, "times")
    return _Value(at, total, largest)


def _plural(line: Line, token: int) -> bool:
    """Tell whether a scale word alone is a plural; in Ukrainian and Russian its case decides after a bound."""
    word = line.words.folded[token]
    return line.lexicon.code not in {"uk", "ru"} or not word.endswith(("чі", "чу", "на", "чи", "ча"))


def _more_scale(line: Line, value: _Value) -> _Value:
    """Multiply by a scale that follows: "hundreds of thousands", "Hunderttausende"."""
    at = value.end
    if at < line.size and line.words.folded[at] in {"of", "de", "d'"}:
        at += 1
    scale = line.at("numbers.bare", at) or line.at("numbers.scales", at)
    if scale is None:
        return value
    factor = float(scale.value)
    return value._replace(end=scale.end, value=value.value * factor, scaled=value.scaled * factor)


def _scale(line: Line, token: int) -> tuple[int, float] | None:
    hit = line.at("numbers.scales", token) or line.at("numbers.bare", token)
    if hit is None:
        return None
    word = line.words.folded[token]
    if len(word) == 1 and word.isascii() and not line.touches(token):
        return None  # "5 m" is no million; "5m" is
    end = hit.end
    if end < line.size and line.words.folded[end] == "." and line.touches(end) and len(word) <= 4:
        end += 1  # "Mio."
    return end, float(hit.value)


def _continues(line: Line, token: int, factor: float) -> bool:
    """Tell whether digits after a scale belong to the same number: "1만 2000", "2 млн 300 тыс."."""
    if line.lexicon.code == "ko":
        close = line.touches(token) or len(line.words.folded[token]) >= 3
        return close or _smaller_follows(line, token, factor)
    return _smaller_follows(line, token, factor)


def _smaller_follows(line: Line, token: int, factor: float) -> bool:
    following = _scale(line, token + 1)
    return following is not None and following[1] < factor


def _goes_on(line: Line, token: int, current: float) -> bool:
    """Tell whether a number goes on after its joiner: "two hundred and five", but "two and five"."""
    word = line.value("numbers.words", token)
    return word is not None and float(word) < current and current >= 100


def _compound(line: Line, token: int) -> float | None:
    """Read a number that is written as one word: "zweihundertfünfzigtausend"."""
    if not line.lexicon.file.numbers.parts:
        return None
    return _take_apart(line.words.folded[token], _parts_of(line))


def _parts_of(line: Line) -> dict[str, tuple[float, bool]]:
    file = line.lexicon.file.numbers
    known: dict[str, tuple[float, bool]] | None = line.lexicon.number_parts
    if known is None:
        known = {w.casefold(): (float(v), False) for w, v in file.words.items() if "*" not in w and " " not in w}
        known |= {w.casefold(): (float(v), True) for w, v in file.scales.items() if w.isalpha() and len(w) > 4}
        known |= {j.casefold(): (0.0, False) for j in file.joiners}
        line.lexicon.number_parts = known
    return known


def _take_apart(word: str, parts: dict[str, tuple[float, bool]]) -> float | None:
    if len(word) < 6 or len(word) > 60:
        return None
    total, current, at = 0.0, 0.0, 0
    pieces = 0
    while at < len(word):
        for length in range(min(12, len(word) - at), 2, -1):
            part = parts.get(word[at : at + length])
            if part is not None:
                break
        else:
            return None
        value, scale = part
        if scale or value == 100:
            if value >= 1000:
                total, current = total + (current or 1) * value, 0.0
            else:
                current = (current or 1) * value
        else:
            current += value
        at += length
        pieces += 1
    return total + current if pieces > 1 else None


def _part_of(line: Line, first: _Value) -> _Value | None:
    """Read "nine of ten" as a share."""
    of = line.at("directions.from", first.end)
    if first.kind != "plain" or of is None or first.scaled != 1 or of.end >= line.size:
        return None
    whole = _value(line, of.end)
    good = whole is not None and whole.kind == "plain" and 1 <= first.value < whole.value <= 100
    if whole is None or not good or whole.value not in {3, 4, 5, 10, 20, 100}:
        return None
    return _Value(whole.end, _percent(first.value / whole.value), 1.0, "share")


class _Joined(NamedTuple):
    low: float
    high: float
    end: int
    kind: str


def _range(line: Line, token: int, first: _Value, taken: frozenset[int]) -> _Joined | None:
    """Read the second end of a range, and let it lend its scale to the first."""
    if first.kind in {"bare", "times"}:
        return None
    at = first.end
    percent = line.at("numbers.percent", at)
    if percent is not None:
        at = percent.end
    if line.touches(at) and line.words.folded[at] == "-" and not line.touches(at + 1):
        at += 1  # "drei- bis viertausend"
    opened = line.ending("relations.between", token) or line.ending("time.from", token)
    to = line.at("relations.to", at) or (line.at("relations.between_and", at) if opened else None)
    if to is None or to.end >= line.size or to.end in taken:
        return None
    if line.words.folded[to.start] == "-" and line.touches(to.end) != line.touches(to.start):
        return None
    second = _value(line, to.end)
    if second is None or second.kind not in {"plain", "share"}:
        return None
    low, high = first.value, second.value
    if first.scaled == 1 and second.scaled > 1 and low * second.scaled <= high:
        low *= second.scaled
    if low >= high or (low < high / 1000 and not opened):
        return None
    grows = line.ending("directions.from", token) or line.ending("time.from", token)
    if grows and (2 * low < high or line.has("relations.change", max(0, token - 8), token)):
        return None  # "rose from 1,000 to 3,000" states two numbers
    return _Joined(low, high, second.end, first.kind)


def _modifiers(line: Line, start: int, end: int) -> tuple[int, int, str]:
    """Read the words of a bound around a number."""
    relation = "approx" if line.at("relations.approx", start) else ""  # "une trentaine" is a number and a rounding
    for _ in range(4):
        signs = [h for sign in SIGNS if (h := line.ending(f"relations.{sign}", start))]
        before = max(signs, key=lambda h: h.end - h.start, default=None)  # "no more than" is no "more than"
        if before is not None:
            relation = relation or before.kind.rpartition(".")[2]
            start = before.start
            continue
        light = line.ending("relations.lowering", start) or line.ending("relations.between", start)
        article = line.ending("numbers.articles", start) if relation == "" else None
        if light is not None:
            start = light.start
        elif article is not None and any(line.ending(f"relations.{sign}", article.start) for sign in SIGNS):
            start = article.start
        elif (
            start > 0
            and line.words.folded[start - 1] in {"der", "die", "den", "des", "the", "la", "les"}
            and any(line.ending(f"relations.{sign}", start - 1) for sign in SIGNS)
        ):
            start -= 1
        else:
            break
    counter = line.at("item", end) if line.lexicon.code == "ko" else None
    for at in (end, counter.end) if counter is not None else (end,):  # "300명 이상": the counter stands between
        after = next((h for sign in SIGNS if (h := line.at(f"relations.{sign}_after", at))), None)
        if after is not None:
            sign = after.kind.rpartition(".")[2].removesuffix("_after")
            end = after.end if at == end and (counter is None or counter.start >= after.end) else end
            relation = relation if relation in {"gt", "lt"} else sign
            break
    return start, end, relation


def _vetoed(line: Line, start: int, end: int) -> bool:
    """Tell whether a number counts nothing: a year, a rank, a calibre, money, a name."""
    words = line.words
    word = words.folded[start]
    korean = line.lexicon.code == "ko" and not (end < line.size and words.folded[end].startswith("년"))
    if end == start + 1 and word.isdecimal() and len(word) == 4 and FIRST_YEAR <= int(word) <= LAST_YEAR and not korean:
        following = line.at("item", end)
        if following is None or line.has("relations.to", end, end + 1) or year_marked(line, start):
            return True
    if line.at("numbers.multiples", start):
        return True
    if start > 0 and (words.folded[start - 1] in MONEY or line.ending("vetoes.before", start)):
        return True
    if start > 0 and words.folded[start - 1] == "-" and line.touches(start) and line.touches(start - 1):
        return True  # the number of a name: "Schahed - 136" without spaces
    if any((h := line.at("vetoes.after", t)) and h.end > end for t in range(start + 1, end)):
        return True  # "Milliarden Dollar" begins inside the number
    if line.touches(end) and words.folded[end] == ":" and end + 1 < line.size and words.folded[end + 1][0].isdigit():
        return True  # a clock
    if start > 1 and words.folded[start - 1] == ":" and line.touches(start) and words.folded[start - 2][0].isdigit():
        return True
    after = end
    hyphened = after + 1 < line.size and words.folded[after] == "-" and line.touches(after) and line.touches(after + 1)
    if hyphened and len(words.folded[after + 1]) <= 2 and line.lexicon.code in {"uk", "ru"}:
        return True  # "63-й"
    if after < line.size and words.folded[after] in {"-", "."} and line.touches(after):
        if words.folded[after] == "." and after + 1 < line.size and word.isdecimal():
            return True  # a rank: "der 3. Oktober", "zum 4. Mal"
        after += 1
    if after < line.size and words.folded[after] in MONEY:
        return True
    if line.words.written[start].isdecimal() and _aside(line, start, end):
        return True
    skip = line.at("time.fillers", after) and not line.at("syntax.per", after)
    if any(line.at("vetoes.streets", t) for t in range(after, min(after + 4, line.size))):
        return line.at("item", after) is None  # "156 Cedar Avenue"
    difference = line.at("relations.gt", after) or line.at("relations.lt", after)
    if difference is not None and not (difference.end < line.size and words.folded[difference.end][0].isdecimal()):
        return True  # "15 more than in March"
    if line.at("syntax.per", after) and line.at("time.units", after + 1):
        return False  # "three million a year" is a rate
    for at in (after, after + 1) if skip else (after,):  # "300 millions d'euros"
        if any(line.at(kind, at) for kind in ("vetoes.after", "vetoes.both", "numbers.multiples", "time.units")):
            return True
    if line.at("syntax.and", after) and after + 1 < line.size and words.folded[after + 1][0].isdigit():
        listed = any(line.at(kind, after + 2) for kind in ("vetoes.after", "time.units"))
        if listed and line.at("item", after + 2) is None:
            return True  # "20 und 26 Jahre"
    return line.ending("vetoes.both", start) is not None


def year_marked(line: Line, token: int) -> bool:
    """Tell whether words of time stand right in front of four digits, so that they are a year before any noun."""
    kinds = (
        "time.in",
        "time.since",
        "time.until",
        "time.months",
        "time.parts",
        "time.seasons",
        "time.fillers",
        "time.from",
    )
    if line.ending("numbers.articles", token) or line.ending("relations.approx", token):
        return False
    return any(line.ending(kind, token) for kind in kinds)


def _aside(line: Line, start: int, end: int) -> bool:
    """Tell whether a small number stands alone between commas or brackets: the age of somebody."""
    folded = line.words.folded
    named = start > 1 and end == start + 1 and int(folded[start]) < 1000 and line.words.written[start - 1][:1].isupper()
    if named and line.lexicon.code != "ko" and not line.at("item", start - 1) and not _followed(line, end):
        return True  # "the Paek Yang San 1"
    inside = start > 1 and folded[start - 1] in {",", "("} and end < line.size and folded[end] in {",", ")", "."}
    return (
        inside and end == start + 1 and int(folded[start]) < OLDEST and not line.words.written[start - 2][:1].islower()
    )


def _followed(line: Line, token: int) -> bool:
    return token < line.size and line.words.folded[token][0].isalpha()


def _may_touch(line: Line, token: int) -> bool:
    """Tell whether a word may follow digits without a space."""
    if not line.words.folded[token][0].isalpha():
        return True
    known = ("vetoes.after", "numbers.percent", "item", "time.units", "numbers.scales")
    return line.lexicon.code == "ko" or any(line.at(kind, token) for kind in known)


def _percent(share: float) -> float:
    return round(100 * share, 2)


def parse_digits(word: str, decimal: str, *, scaled: bool = False) -> float | None:
    """Read digits with separators.

    Args:
        word: "16.000", "7 000", "30'000", "1,8".
        decimal: separator of the language.
        scaled: a scale word follows, so "1,234" in a language with decimal commas is no thousand.
    """
    if not _DIGITS.match(word):
        return None
    if _GROUPED.fullmatch(word):
        separators = set(re.sub(r"\d", "", word))
        many = len(re.sub(r"\d", "", word)) > 1
        if len(separators) == 1 and (many or separators != {decimal} or (not scaled and word[0] != "0")):
            if not many and scaled and separators <= {".", ","}:
                return float(re.sub(r"[.,]", ".", word))
            return float(re.sub(r"\D", "", word))
        if len(separators) == 1:
            return float(word.replace(decimal, "."))
    marks = [c for c in word if not c.isdigit()]
    if not marks:
        return float(word)
    if len(marks) == 1 and marks[0] in ".,":
        return float(word.replace(marks[0], "."))
    last = marks[-1]
    whole, _, rest = word.rpartition(last)
    if last in ".,":
        return float(re.sub(r"\D", "", whole) + "." + rest)
    return float(re.sub(r"\D", "", word))
