"""From a matplotlib figure to inline SVG: no inline styles (the page forbids them), unique ids, described, linked.

Colours are those of Okabe and Ito (2008), "Color universal design", which stay apart for colour-blind readers.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
from markupsafe import Markup
from matplotlib import dates as mdates
from matplotlib.figure import Figure

from tidewaiter.numbers import GAP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from matplotlib.axes import Axes

INK, MUTED, RULE, PAPER = "#1b1f24", "#5b6470", "#d9dde2", "#ffffff"
BLUE, ORANGE, GREEN, RED, SKY, PURPLE, YELLOW = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#d55e00",
    "#56b4e9",
    "#cc79a7",
    "#b8a800",
)
GROUP_COLOURS = (RED, GREEN, PURPLE, ORANGE, INK, YELLOW, SKY)
WIDE, NARROW = 9.6, 4.7  # inches; 72 SVG units each
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tidewaiter",
    "font.family": "DejaVu Sans",  # measures text; the page sets its own, narrower fonts
    "font.size": 9.5,
    "text.color": INK,
    "text.parse_math": False,  # a name with dollar signs is a name
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": RULE,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "ytick.major.size": 0,
    "xtick.major.size": 3.5,
    "hatch.linewidth": 0.7,
    "hatch.color": MUTED,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_FONT = re.compile(r"(?:^|;)\s*font(?:-family)?:[^;]*")
_URL = re.compile(r"url\(#([^)]+)\)")
_LONG = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_NUMERIC = frozenset({"d", "x", "y", "width", "height", "transform"})
_SIZE = re.compile(r"(?:^|[;\s])font:\s*(?:\S+\s)*?([\d.]+px)|font-size:\s*([\d.]+px)")


class Styles:
    """Collects the style strings of all charts as classes of the one style sheet of the page."""

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}

    def class_of(self, style: str) -> str:
        """Return the class that stands for a style string."""
        return self._classes.setdefault(style, f"s{len(self._classes)}")

    def css(self) -> str:
        """Return the rules of all classes seen."""
        return "\n".join(f".{name}{{{style}}}" for style, name in self._classes.items())


def draw(name: str, title: str, text: str, styles: Styles, paint: Callable[[float], Figure]) -> Markup:
    """Draw a chart twice, for wide and for narrow screens, as inline SVG of which the style sheet shows one.

    Args:
        name: prefix of all ids inside, unique in the page.
        title: what the chart shows.
        text: what a reader who cannot see it should know.
        styles: takes up the styles.
        paint: width in inches -> figure.
    """
    with mpl.rc_context(STYLE):
        both = [
            _inline(paint(width), f"{name}-{kind}", kind, title=title, text=text, styles=styles)
            for kind, width in (("wide", WIDE), ("narrow", NARROW))
        ]
    return Markup("\n").join(both)


def new_figure(width: float, height: float, gap: float = 0.0) -> Figure:
    """Return an empty figure of that size in inches; `gap` is room between rows of panels besides the usual."""
    figure = Figure(figsize=(width, height), layout="constrained")
    if gap:
        figure.get_layout_engine().set(h_pad=gap / 2 + 0.04167)  # type: ignore[union-attr, call-arg]
    return figure


def on_axis(at: datetime) -> float:
    """Return where a moment stands on a time axis, in days."""
    return float(mdates.date2num(at))  # type: ignore[no-untyped-call]


def tick_number(value: float, _position: int = 0) -> str:
    """Write an axis tick: ``12 000``, ``2.5 million``."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:g}{GAP}million"
    return f"{value:,.0f}".replace(",", GAP) if value == round(value) else f"{value:g}"


def percent_tick(value: float, _position: int = 0) -> str:
    """Write an axis tick that is a percentage: ``25 %``, ``−10 %``."""
    return f"{value:g}{GAP}%".replace("-", "−")


def heading(ax: Axes, text: str, **options: Any) -> None:
    """Set a left-aligned panel title; it may name things of the case, digits and all."""
    title = ax.set_title(text, loc="left", fontsize=9.5, fontweight="bold", color=INK, **options)
    figure = ax.get_figure()
    title.set_gid(f"name_{figure.axes.index(ax) if figure is not None else 0}")


def interval_bars(
    ax: Axes,
    bars: Iterable[tuple[float, Any, str]],
    *,
    colour: str = BLUE,
    across: bool = False,
    thick: float = 7.0,
) -> None:
    """Draw nested 95/80/50 % bars with a dot at the median; exact values show as a dot alone.

    Args:
        ax: where.
        bars: position, measurement and link of each.
        colour: of all bars.
        across: horizontal bars, positions on the y axis.
        thick: line width of the 50 % bar in points.
    """
    for at, m, url in bars:
        for low, high, width, alpha in (
            (m.low, m.high, 0.28, 0.35),
            (m.low_80, m.high_80, 0.6, 0.5),
            (m.low_50, m.high_50, 1.0, 0.9),
        ):
            if low is None or high is None:
                continue
            span, here = (low, high), (at, at)
            line = ax.plot(
                span if across else here,
                here if across else span,
                color=colour,
                alpha=alpha,
                linewidth=thick * width,
                solid_capstyle="butt",
                zorder=3,
            )[0]
            line.set_url(url)
        dot = ax.plot(
            [m.value if across else at],
            [at if across else m.value],
            "o",
            markersize=4.2,
            markerfacecolor=PAPER,
            markeredgecolor=INK,
            markeredgewidth=1.0,
            zorder=4,
        )[0]
        dot.set_url(url)


def _inline(figure: Figure, name: str, kind: str, *, title: str, text: str, styles: Styles) -> Markup:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    root = ET.fromstring(out.getvalue())  # noqa: S314 - our own drawing
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith("}metadata") or (child.tag.endswith("}style")):
                parent.remove(child)
    names = _names(root, name)
    for element in root.iter():
        _tame(element, names, styles)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("class", f"chart {kind}")
    root.set("role", "group")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for index, (tag, words) in enumerate((("title", title), ("desc", text))):
        element = ET.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = words
        root.insert(index, element)
    ET.register_namespace("", _SVG)
    return Markup(ET.tostring(root, encoding="unicode").replace(f' xmlns="{_SVG}"', ""))  # noqa: S704 - serialised above


def _names(root: ET.Element, name: str) -> dict[str, str]:
    """Return a name, by order of use, for each id that something refers to.

    The ids that matplotlib makes are hashes of coordinates whose last bits may differ between runs.
    """
    names: dict[str, str] = {}
    for element in root.iter():
        for key, value in element.attrib.items():
            target = value[1:] if key == f"{{{_XLINK}}}href" and value.startswith("#") else ""
            if target and not target.startswith("m-"):
                names.setdefault(target, f"{name}-{len(names)}")
            for used in _URL.findall(value):
                names.setdefault(used, f"{name}-{len(names)}")
    return names


def _tame(element: ET.Element, names: dict[str, str], styles: Styles) -> None:
    """Make one element fit for the page: few short ids, style as class, plain href, ticks marked, short numbers."""
    classes: list[str] = []
    identity = element.attrib.pop("id", "")
    if identity in names:
        element.set("id", names[identity])
    if identity.startswith(("xtick_", "ytick_")):
        classes.append("tick")
    elif identity.startswith("name_"):
        element.set("data-name", "")
    style = _renamed(element.attrib.pop("style", ""), names)
    if style:
        classes.append(styles.class_of(_style(style)))
    link = element.attrib.pop(f"{{{_XLINK}}}href", "")
    if link:
        element.set("href", f"#{names[link[1:]]}" if link[1:] in names else link)
    element.attrib.pop("target", None)
    for key, value in element.attrib.items():
        if key in _NUMERIC:
            element.set(key, _LONG.sub(lambda hit: f"{float(hit[0]):.2f}".rstrip("0").rstrip("."), value))
        elif "url(#" in value:
            element.set(key, _renamed(value, names))
    if classes:
        element.set("class", " ".join(classes))


def _renamed(value: str, names: dict[str, str]) -> str:
    return _URL.sub(lambda hit: f"url(#{names[hit[1]]})", value)


def _style(style: str) -> str:
    """Drop the font family, which the page sets; keep size and weight."""
    size = _SIZE.search(style)
    bold = "bold" in style or re.search(r"font(?:-weight)?:[^;]*\b[67]00\b", style)
    rest = re.sub(r"\s*font-(?:size|weight):[^;]*;?", "", _FONT.sub("", style)).strip("; ")
    parts = [rest] if rest else []
    if size:
        parts.append(f"font-size:{size.group(1) or size.group(2)}")
    if bold:
        parts.append("font-weight:600")
    return _LONG.sub(lambda hit: f"{float(hit[0]):.2f}", ";".join(parts))
