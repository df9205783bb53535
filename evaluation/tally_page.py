"""The figures of `tally.py` as they are read: tables in Markdown, a chart of the ranks, and the shares the report shows."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from scipy.stats import binom
from tally_peers import CALCULATED, FITTED, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COLUMNS = {"voyages": "voyages", "containers": "containers", "rounds": "rounds", "usable": "usable rounds"}
FITS = {
    "": "as modelled",
    "no_claims_": "as modelled, without claims",
    "stress_dark_": "dark voyages nearly invisible",
    "stress_dark_no_claims_": "the same, without claims",
    "stress_bias_": "sources three times as biased",
    "stress_bias_no_claims_": "the same, without claims",
}
BARS: tuple[tuple[str, str, float, float], ...] = (
    *((f"coverage_90_{q}", f"truths inside the 90 % interval, {words}", 0.86, 0.94) for q, words in COLUMNS.items()),
    ("interval_score_rounds", "interval score of rounds", -math.inf, 0.80),
    *(
        (f"ratio_{name}", f"score of rounds, times ours: {name.replace('_', ' ')}", 2.0, math.inf)
        for name in ("spreadsheet", "squigglepy", "published_mean", "copies_independent", "no_unseen_voyages")
    ),
    ("stress_dark_coverage_90_containers", "dark voyages nearly invisible, containers", 0.85, math.inf),
    ("stress_dark_coverage_90_rounds", "dark voyages nearly invisible, rounds", 0.78, math.inf),
    ("stress_bias_coverage_90_containers", "sources three times as biased, containers", 0.85, math.inf),
    ("stress_bias_coverage_90_rounds", "sources three times as biased, rounds", 0.78, math.inf),
    ("repeats_shift", "largest move by 1, 5 or 20 repeats, or by 5 or 20 more products of one factor", -math.inf, 0.02),
    ("stale_bound_shift", "move of the median by a stale bound at a third of the truth", -math.inf, 0.03),
    ("stale_bound_shift_unsaid", "the same, when nothing says that it is stale", -math.inf, math.inf),
    ("conflict_power", "numbers falsified × 2.5 that are flagged", 0.80, math.inf),
    ("conflict_false_alarms", "honest numbers that are flagged", -math.inf, 0.10),
    ("seeds_median_shift", "largest distance of a median from the mean over seeds", -math.inf, 0.02),
    ("seeds_ends_shift", "the same for the 5 and 95 % points", -math.inf, 0.04),
    ("cpu_seconds_per_fit", "processor seconds of one fit, mean", -math.inf, 5.0),
    ("import_cpu_seconds", "processor seconds to start Python and import the tally", -math.inf, 0.5),
    ("scaling_months_slope", "power of the months with which the cost grows", -math.inf, 1.1),
    ("scaling_voyages_slope", "power of the voyages with which the cost grows", -math.inf, 1.1),
)
"""What was asked of the tally: metric, words, least and most."""
SHOWN = re.compile(
    r"(?:no_claims_|stress_\w+?_)?coverage_\d+_\w+|(?:no_claims_)?interval_score_\w+|cases|stress_cases|versions"
)
MARKS = ("<!-- generated -->", "<!-- /generated -->")
CHART = "img/tally_ranks.svg"
INK, MUTED, BLUE, BAND = "#1b1f24", "#5b6470", "#0072b2", "#e4e7eb"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "tidewaiter",
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "ytick.major.size": 0,
}


def percent(share: float) -> str:
    """Write a share."""
    return f"{100 * share:.0f} %"


def tables(m: Mapping[str, Any]) -> str:
    """Everything that was measured, as Markdown."""
    return "\n\n".join((_bars(m), _coverage(m), _peers(m), _ranks(m), _lies(m), _cost(m)))


def _rows(head: str, rows: list[str]) -> str:
    return "\n".join([head, "|---" * (head.count(" | ") + 1) + "|", *rows])


def _bars(m: Mapping[str, Any]) -> str:
    rows = []
    for name, words, least, most in BARS:
        value, share = float(m[name]), name.startswith(("coverage", "stress", "conflict"))
        share = share or name.endswith(("shift", "shift_unsaid"))
        say = (lambda x: f"{100 * x:.3g} %") if share else (lambda x: f"{x:.3g}")
        asked = " to ".join(say(x) for x in (least, most) if math.isfinite(x))
        if not asked:
            asked = "–"
        elif not math.isfinite(least):
            asked = f"at most {asked}"
        elif not math.isfinite(most):
            asked = f"at least {asked}"
        met = "" if least <= value <= most else ", **not met**"
        rows.append(f"| {words} | {say(value)} | {asked}{met} |")
    versions = ", ".join(f"{name} {number}" for name, number in sorted(m["versions"].items()) if name != "product")
    note = (
        f"{m['cases']} lines as modelled, {m['stress_cases']} of each further set; {versions}; "
        f"ranges multiplied by {m['versions']['product']}."
    )
    return note + "\n\n" + _rows("| | measured | asked for |", rows)


def _coverage(m: Mapping[str, Any]) -> str:
    rows = []
    for prefix, words in FITS.items():
        cells = [f"{percent(m[f'{prefix}coverage_50_{q}'])}, {percent(m[f'{prefix}coverage_90_{q}'])}" for q in COLUMNS]
        ratio, score = m[f"{prefix}width_90_rounds"], m[f"{prefix}interval_score_rounds"]
        rows.append(f"| {words} | {' | '.join(cells)} | {ratio:.2f} | {score:.2f} |")
    text = (
        "Share of truths inside the 50 % and the 90 % interval. Width: upper end over lower end of the 90 % interval for rounds, "
        "median. Interval score: mean of the log width plus twenty times the log distance of a truth outside; low is good."
    )
    return text + "\n\n" + _rows(f"| lines | {' | '.join(COLUMNS.values())} | width | score of rounds |", rows)


def _peers(m: Mapping[str, Any]) -> str:
    rows = [
        (
            f"| Tidewaiter | {percent(m['coverage_90_containers'])} | {percent(m['coverage_90_rounds'])} "
            f"| {m['width_90_rounds']:.2f} | {m['interval_score_rounds']:.2f} | 1 | 1 |"
        )
    ]
    for name in (*CALCULATED, *FITTED):
        p = f"peer_{name}_"
        rows.append(
            f"| {WORDS[name]} | {percent(m[p + 'coverage_90_containers'])} | {percent(m[p + 'coverage_90_rounds'])} "
            f"| {m[p + 'width_90_rounds']:.2f} | {m[p + 'interval_score_rounds']:.2f} "
            f"| {m[f'ratio_{name}']:.2f} | {m[f'ratio_{name}_containers']:.2f} |"
        )
    rows.append(
        f"| {WORDS['no_claims']} | {percent(m['no_claims_coverage_90_containers'])} "
        f"| {percent(m['no_claims_coverage_90_rounds'])} | {m['no_claims_width_90_rounds']:.2f} "
        f"| {m['no_claims_interval_score_rounds']:.2f} | {m['ratio_no_claims']:.2f} | {m['ratio_no_claims_containers']:.2f} |"
    )
    text = (
        "Other ways on the lines as modelled, intervals of 90 %. The last two columns say how many times ours their interval score "
        f"is on the same lines; the two that fit were asked on {m['peer_cases']} of them."
    )
    head = "| method | containers | rounds | width | score of rounds | rounds × ours | containers × ours |"
    return text + "\n\n" + _rows(head, rows)


def _ranks(m: Mapping[str, Any]) -> str:
    limit = 1.63 / math.sqrt(m["cases"])
    rows = [
        f"| {words} | `{' '.join(str(n) for n in m[f'sbc_counts_{q}'])}` | {m[f'sbc_ks_{q}']:.3f} |"
        for q, words in COLUMNS.items()
    ]
    text = (
        "Where the truth stands among the draws (simulation-based calibration): if all is right, every place is equally likely. "
        f"Distance: the largest from that (Kolmogorov, Smirnov); above {limit:.3f} one would doubt it (1 % level)."
    )
    return text + "\n\n" + _rows("| | lines by twentieth of the draws | distance |", rows)


def _lies(m: Mapping[str, Any]) -> str:
    sources = [name for name in m if name.startswith("conflict_power_of_")]
    by_source = ", ".join(f"{s.removeprefix('conflict_power_of_').replace('_', ' ')} {percent(m[s])}" for s in sources)
    return (
        (
            f"One number of {m['conflict_cases']} lines was multiplied or divided by 2.5 (lower bounds only multiplied). Flagged: "
            f"{percent(m['conflict_power_points'])} of points, {percent(m['conflict_power_floors'])} of lower bounds; by source: "
            f"{by_source}. Of {m['conflict_honest_readings']} honest numbers on lines without a lie "
            f"{m['conflict_false_alarms']:.1%} were flagged, beside a lie {m['conflict_false_alarms_beside_a_lie']:.1%}."
        )
        .replace("%", " %")
        .replace("  %", " %")
    )


def _cost(m: Mapping[str, Any]) -> str:
    rows = []
    for name in ("voyages", "months"):
        found = {int(hit[1]): v for k, v in m.items() if (hit := re.fullmatch(rf"cost_(\d+)_{name}_cpu_s", k))}
        rows += [f"| {size:,} {name} | {seconds:.1f} |" for size, seconds in sorted(found.items())]
    text = (
        f"Cost of one fit: {m['cpu_seconds_per_fit']:.1f} processor seconds on average, {m['cpu_seconds_per_fit_95']:.1f} in 95 of "
        f"100 lines (10,000 draws). By size, at 1,000 draws:"
    )
    return text + "\n\n" + _rows("| line | processor s |", rows)


def chart(m: Mapping[str, Any], path: Path) -> None:
    """Draw the ranks, one panel a quantity, over the band that holds 98 of 100 bars when all is right."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 2.4), layout="constrained", facecolor="white")
        axes = figure.subplots(1, len(COLUMNS), sharey=True)
        for ax, (q, words) in zip(axes, COLUMNS.items(), strict=True):
            counts = m[f"sbc_counts_{q}"]
            low, high = binom.ppf([0.01, 0.99], m["cases"], 1 / len(counts))
            ax.axhspan(low, high, color=BAND, linewidth=0)
            ax.bar([(n + 0.5) / len(counts) for n in range(len(counts))], counts, 0.8 / len(counts), color=BLUE)
            ax.set_xlim(0, 1)
            ax.set_ylim(0, 1.15 * max(high, *(n for name in COLUMNS for n in m[f"sbc_counts_{name}"])))
            ax.set_xticks([0, 0.5, 1], ["below all", "middle", "above all"])
            ax.get_xticklabels()[0].set_horizontalalignment("left")
            ax.get_xticklabels()[2].set_horizontalalignment("right")
            ax.set_title(words, loc="left", fontsize=9.5, fontweight="bold")
        axes[0].set_ylabel("lines", color=MUTED)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def shares(m: Mapping[str, Any]) -> dict[str, Any]:
    """What the report shows."""
    return {name: value for name, value in m.items() if SHOWN.fullmatch(name)}


def fill(page: str, text: str) -> str:
    """Put a text between the marks of a page."""
    before, _, rest = page.partition(MARKS[0])
    _, found, after = rest.partition(MARKS[1])
    if not found:
        raise ValueError("the page has no place for what is generated")
    return f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{after}"


def write_page(docs: Path, m: Mapping[str, Any]) -> None:
    """Write tables and chart into the documentation."""
    chart(m, docs / CHART)
    alt = "Ranks of the truth among the draws of voyages, containers, rounds and usable rounds: bars within a grey band"
    text = tables(m)
    head, mark, tail = text.partition("Where the truth stands")
    text = f"{head}![{alt}]({CHART})\n\n{mark}{tail}"
    page = docs / "calibration.md"
    page.write_text(fill(page.read_text(encoding="utf-8"), text), encoding="utf-8")
