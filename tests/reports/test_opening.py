import gzip
import io
import json
import subprocess
import sys
import time
import tomllib
import zipfile
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.reports.opening import MOST_CHARACTERS, open_document
from tidewaiter.reports.opening.dates import date_near_top, iso_date

GERMAN = (
    "Zwölf Frachter in der Bucht gezählt\n\n"
    "Kiel, 12. März 2024 – Die Hafenbehörde hat nach eigenen Angaben seit dem Frühjahr zwölf Frachter gezählt.\n"
    "Für die Löschung der Ladung fehlten dem Hafen die Kräne, hieß es.\n"
)
RUSSIAN = "Двенадцать судов вошли в бухту\n\nПортовая служба сообщила, что с весны в бухту вошли двенадцать судов.\n"
UKRAINIAN = "Дванадцять суден у бухті\n\nПортова служба повідомила, що з весни до бухти зайшли дванадцять суден.\n"
KOREAN = "화물선 열두 척 입항\n\n항만 당국은 봄부터 화물선 열두 척이 만에 들어왔다고 밝혔다.\n"

PAGE = """<!doctype html><html lang="de-DE"><head><meta charset="utf-8"><title>Zwölf Frachter gezählt | Küstenblatt</title>
<meta property="og:site_name" content="Küstenblatt"><meta property="og:title" content="Zwölf Frachter gezählt">
<meta property="article:published_time" content="2024-03-12T23:30:00+01:00">
<link rel="canonical" href="https://kuestenblatt.example/frachter">
<script>document.write("geheim eins")</script><style>.geheim{}</style></head><body>
<nav><a href="/">Start</a> <a href="/hafen">Hafen</a></nav>
<article><h1>Zwölf Frachter gezählt</h1>
<p>Die Hafenbehörde hat seit dem Frühjahr zwölf Frachter gezählt, wie sie am Dienstag mitteilte.</p>
<p>Drei davon lagen <b>mehr als</b> eine Woche vor Anker, und keiner wurde gelöscht.
<p>Vierzig Waggons warteten auf dem Gleis, sagte ein Sprecher des Hafens der Zeitung.
<script>document.write("geheim zwei")</script></article><footer>Impressum und Datenschutz</footer></body></html>"""


def opened(text, name="a.txt", **more):
    return open_document(text.encode() if isinstance(text, str) else text, name=name, **more)


# text files


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")))
def test_text_is_the_decoded_file_and_nothing_else(text):
    for name in ("a.txt", "A.TXT"):
        assert opened(text, name).text == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1), st.sampled_from(["le", "be"]))
def test_utf16_is_read_by_its_mark(text, order):
    document = opened(("\ufeff" + text).encode(f"utf-16-{order}"))
    assert document.text == "\ufeff" + text
    assert "byte order mark" in document.notes[0]


def test_paths_and_bytes_give_the_same(tmp_path):
    path = tmp_path / "meldung.txt"
    path.write_bytes(GERMAN.replace("\n", "\r\n").encode())
    document = open_document(path)
    assert document == open_document(bytearray(path.read_bytes()), name="meldung.txt")
    assert document == open_document(memoryview(path.read_bytes()), name="meldung.txt")
    assert document.text.count("\r\n") == 4
    assert (document.name, document.kind, document.language) == ("meldung.txt", "txt", "de")
    assert document.title.value == "Zwölf Frachter in der Bucht gezählt"
    assert document.text[document.title.start : document.title.end] == document.title.value
    assert document.published.value == "2024-03-12"
    assert document.text[document.published.start : document.published.end] == "12. März 2024"
    assert document.notes == ()
    assert open_document(path, published="2024-03").published.source == "given"


def test_a_byte_order_mark_is_the_first_character():
    document = opened(b"\xef\xbb\xbf" + GERMAN.encode())
    assert document.text == "\ufeff" + GERMAN
    assert document.title.start == 1
    assert "byte order mark" in document.notes[0]


@pytest.mark.parametrize(
    ("text", "page", "language"),
    [
        (RUSSIAN, "cp1251", "ru"),
        (RUSSIAN, "koi8-r", "ru"),
        (RUSSIAN.upper(), "cp1251", "ru"),
        (UKRAINIAN, "cp1251", "uk"),
        (GERMAN, "cp1252", "de"),
        (KOREAN, "cp949", "ko"),
    ],
)
def test_old_code_pages_are_guessed_with_a_note(text, page, language):
    document = opened(text.encode(page))
    assert document.text == text
    assert document.language == language
    assert "is not UTF-8: decoded as" in document.notes[0]


def test_mixed_encodings_lose_nothing_silently():
    raw = (GERMAN * 3).encode() + "Für die Häfen\n".encode("cp1252") + "Ende \ufffd".encode()
    document = opened(raw)
    assert document.text == GERMAN * 3 + "F\ufffdr die H\ufffdfen\nEnde \ufffd"
    first = len(GERMAN * 3) + 1
    assert document.notes == (f"2 places were not utf-8 and stand as U+FFFD, the first at character {first}",)


def test_direction_marks_and_odd_spaces_stay():
    text = "\u200fسفينة\u200e 12\u00a0000\u202f t \u202ex\u202c\u2028Ende\u0085\u0301"
    assert opened(text).text == text


def test_an_empty_file_is_a_document_with_a_note():
    assert opened("").notes == ("is empty",)
    assert opened(" \n\n ").notes == ("holds no words",)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"Bericht\x00 mit Nullen", "zero bytes"),
        (GERMAN.encode("utf-16-le"), "UTF-16 without its mark"),
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (b"%PDF-1.4\n1 0 obj", "let its name end in .pdf"),
        (b"PK\x03\x04....", "zip file"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"{\\rtf1 Hallo}", "RTF"),
        (bytes(range(1, 256)) * 20, "control bytes"),
    ],
)
def test_a_binary_renamed_is_refused_with_a_hint(raw, said):
    with pytest.raises(InputError, match=said) as caught:
        opened(raw)
    assert caught.value.file == "a.txt"
    assert caught.value.hint


def test_what_is_no_file_or_no_date_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not a file"):
        open_document(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        open_document(tmp_path / "absent.txt")
    with pytest.raises(InputError, match="no date of publication"):
        opened("x", published="gestern")
    with pytest.raises(InputError, match="no date of publication"):
        opened("x", published="2024-02-30")


@pytest.mark.parametrize("piece", ["7", "Schiffe 12 ", "12. 3. 2024 ", "ж", "<"])
def test_a_huge_line_takes_linear_time(piece):
    text = piece * (8_000_000 // len(piece))
    begun = time.perf_counter()
    document = opened(text)
    assert time.perf_counter() - begun < 10
    assert document.text == text
    assert f"claims are read from the first {MOST_CHARACTERS}" in document.notes[-1]


def test_a_file_above_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr("tidewaiter.reports.opening.open.MOST_BYTES", 2**20)
    with pytest.raises(InputError, match="larger than 1 MiB"):
        opened(b"x" * (2**20 + 1))
    assert opened(b"x" * 2**20).notes == ()


@pytest.mark.parametrize(
    "line",
    ["Ein Satz, der endet.", "12. März 2024", "https://kuestenblatt.example/frachter", "Wort", "Lang " * 60],
)
def test_what_is_no_headline(line):
    assert opened(f"{line}\n\nMehr Text folgt hier.\n").title is None
    assert opened("Nur diese eine Zeile").title is None


# dates


@pytest.mark.parametrize(
    ("line", "language", "value"),
    [
        ("Stand: 12.03.2024, 10:15 Uhr", "de", "2024-03-12"),
        ("Dienstag, 12. März 2024", "de", "2024-03-12"),
        ("Von Eva Muster | 12. März 2024", "de", "2024-03-12"),
        ("Berlin, 12. März 2024 - Die Behörde zählte zwölf Frachter.", "de", "2024-03-12"),
        ("Published: March 12, 2024 at 3:15 pm", "en", "2024-03-12"),
        ("SEOUL, 12 March 2024 (Wire) — The office counted twelve freighters.", "en", "2024-03-12"),
        ("12/25/2024", "en", "2024-12-25"),
        ("Publié le 1er mars 2024 à 8h30", "fr", "2024-03-01"),
        ("12/03/2024", "fr", "2024-03-12"),
        ("КИЇВ, 12 березня 2024 року — Служба нарахувала дванадцять суден.", "uk", "2024-03-12"),
        ("12 березня 2024 р.", "uk", "2024-03-12"),
        ("Опубликовано 12 марта 2024 г., 10:15", "ru", "2024-03-12"),
        ("입력 2024.03.12 10:15", "ko", "2024-03-12"),
        ("2024년 3월 12일 화요일", "ko", "2024-03-12"),
        ("2024-03-12", "", "2024-03-12"),
    ],
)
def test_a_date_line_is_found(line, language, value):
    text = f"Eine Überschrift\n\n{line}\n\nText.\n"
    found = date_near_top(text, language)
    assert found.value == value
    assert text[found.start : found.end] in line


@pytest.mark.parametrize(
    "line",
    [
        "Am 12. März 2024 liefen zwölf Frachter ein.",
        "Seit dem 12. März 2024 - so die Behörde - liegen sie fest.",
        "Zwölf Frachter am 12.03.2024",
        "SEOUL, March 12 — no year",
        "31. Februar 2024",
        "12. März 1024",
        "2024",
        "Telefon 2024-03-12-555",
    ],
)
def test_a_date_in_a_sentence_is_none_of_publication(line):
    assert date_near_top(f"{line}\nText.\n", "de") is None


def test_a_date_with_two_readings_is_left_alone():
    assert date_near_top("03/12/2024\n", "en") is None


def test_an_update_gives_way_to_the_first_publication():
    lines = "Aktualisiert: 14.03.2024\nVeröffentlicht: 12.03.2024\n"
    assert date_near_top(lines, "de").value == "2024-03-12"
    assert date_near_top("Zuletzt aktualisiert: 14.03.2024\n", "de").value == "2024-03-14"


def test_only_the_top_is_looked_at():
    assert date_near_top("Eine Zeile Text.\n" * 60 + "12.03.2024\n", "de") is None


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024", "2024"),
        ("2024-03", "2024-03"),
        ("2024-03-12T23:30:00+01:00", "2024-03-12"),
        ("20240312T101500Z", "2024-03-12"),
        ("Tue, 12 Mar 2024 08:00:00 GMT", "2024-03-12"),
        ("12 mars 2024", "2024-03-12"),
        ("", ""),
        ("2024-13", ""),
        ("soon", ""),
    ],
)
def test_time_stamps_become_days(value, day):
    assert iso_date(value) == day


def test_a_word_names_one_month_only():
    data = tomllib.loads(files("tidewaiter.reports.opening").joinpath("dates.toml").read_text(encoding="utf-8"))
    number_of = {}
    for names in data["months"].values():
        assert len(names) == 12
        for number, forms in enumerate(names, start=1):
            for form in forms.split():
                assert number_of.setdefault(form, number) == number, form


@given(st.text(max_size=300), st.sampled_from(["de", "en", ""]))
def test_dates_of_any_text_lie_where_they_are_said_to(text, language):
    found = date_near_top(f"{text}\n12.03.2024\n{text}", language)
    if found is not None:
        assert 0 <= found.start < found.end


# HTML


def test_a_page_gives_its_article_and_who_published_it_when():
    pytest.importorskip("trafilatura")
    document = opened(PAGE, "seite.html")
    assert (document.kind, document.language) == ("html", "de")
    assert document.title.value == "Zwölf Frachter gezählt"
    assert document.text[document.title.start : document.title.end] == "Zwölf Frachter gezählt"
    assert (document.outlet.value, document.outlet.source) == ("Küstenblatt", "meta og:site_name")
    assert (document.published.value, document.published.source) == ("2024-03-12", "meta article:published_time")
    assert document.url == "https://kuestenblatt.example/frachter"
    assert "geheim" not in document.text
    assert "Datenschutz" not in document.text
    at = [document.text.index(words) for words in ("gezählt, wie", "mehr als eine Woche", "Vierzig Waggons")]
    assert at == sorted(at)
    assert document.parts[-1].end == len(document.text)


def test_a_headline_outside_the_article_stands_first():
    pytest.importorskip("trafilatura")
    moved = PAGE.replace("<h1>Zwölf Frachter gezählt</h1>", "").replace(
        "<nav>", "<header><h1>Zwölf Frachter gezählt</h1></header><nav>"
    )
    document = opened(moved, "seite.html")
    assert document.text.startswith("Zwölf Frachter gezählt\n")
    assert document.text.count("Zwölf Frachter gezählt") == 1
    assert "".join(document.text[p.start : p.end] + "\n" for p in document.parts) == document.text + "\n"


@pytest.mark.parametrize(
    ("head", "value", "source"),
    [
        (
            """<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "datePublished": "2024-03-11T08:00Z",
            "publisher": {"name": "Küstenblatt"}, "headline": "Zwölf Frachter"}]}</script>""",
            "2024-03-11",
            "json-ld datePublished",
        ),
        ('<meta name="DC.date.issued" content="2024-03-10">', "2024-03-10", "meta dc.date.issued"),
        ('<meta itemprop="datePublished" content="9 March 2024">', "2024-03-09", "meta datepublished"),
        ("", "2024-03-08", "time datetime"),
    ],
)
def test_the_date_is_looked_for_in_order(head, value, source):
    pytest.importorskip("trafilatura")
    page = PAGE.replace('<meta property="article:published_time" content="2024-03-12T23:30:00+01:00">', head)
    page = page.replace("</h1>", '</h1><time datetime="2024-03-08T10:00">8. März</time>')
    document = opened(page, "seite.html")
    assert (document.published.value, document.published.source) == (value, source)


def test_malformed_pages_are_read_as_far_as_they_go():
    pytest.importorskip("trafilatura")
    document = opened("<p>Zwölf Frachter <b>liegen<p>im Hafen<script>geheim", "seite.html")
    assert document.text == "Zwölf Frachter liegen\nim Hafen"
    deep = opened("<div>" * 30_000 + "Zwölf Frachter", "seite.html")
    assert deep.text == "Zwölf Frachter"
    assert "no article" in deep.notes[0]
    assert opened("<html>", "seite.html").notes == ("holds no words",)


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<script>", "&amp", "<p>x", "<h1>", "</p>", "<meta a='", "<b><i>"])
def test_hostile_markup_ends(piece):
    pytest.importorskip("trafilatura")
    begun = time.perf_counter()
    for times in (5_000, 200_000):
        opened(f"<html><body><p>Anfang {piece * times}", "seite.html")
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize("linked", ["{", "[" * 100_000, '{"datePublished": 7}', '"x"', "null"])
def test_broken_linked_data_is_passed_over(linked):
    pytest.importorskip("trafilatura")
    head = f'<script type="application/ld+json">{linked}</script>'
    page = PAGE.replace("<style>", f"{head}<style>")
    assert opened(page, "seite.html").published.value == "2024-03-12"


def test_an_old_page_is_decoded_as_it_declares():
    pytest.importorskip("trafilatura")
    body = "".join(f"<p>{line}</p>" for line in RUSSIAN.splitlines() * 5)
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=koi8-r"></head><body>{body}</body></html>'
    document = opened(page.encode("koi8-r"), "seite.htm")
    assert document.language == "ru"
    assert "decoded as koi8-r" in document.notes[0]


def test_a_page_without_a_name_is_known_by_its_bytes():
    pytest.importorskip("trafilatura")
    assert opened(PAGE, "").kind == "html"
    assert opened(GERMAN, "").kind == "txt"
    assert "looks like HTML" in opened(PAGE, "seite.txt").notes[0]
    with pytest.raises(InputError, match="is empty, not HTML"):
        opened("", "seite.html")


# PDF


def pdf_of(*pages, info=""):
    """A PDF with lines of text in Helvetica; a page given as None holds a grey box and no text."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for n, lines in enumerate(pages):
        if lines is None:
            drawn = "0.5 g 100 600 200 50 re f"
        else:
            shown = " ".join(
                f"({line.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj 0 -14 Td" for line in lines
            )
            drawn = f"BT /F1 10 Tf 50 780 Td {shown} ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * n} 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(drawn.encode('cp1252'))} >>\nstream\n{drawn}\nendstream",
        ]
    objects.append(f"<< {info} >>")
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


FIRST = [
    "Bericht der Hafenbehörde",
    "Die Hafenbehörde hat nach eigenen Angaben seit dem Frühjahr zwölf Frach-",
    "ter gezählt, von denen drei mehr als eine Woche vor Anker lagen und nicht",
    "gelöscht wurden.",
    "Vierzig Waggons warteten auf dem Gleis, und für die Ladung fehlten dem",
]
SECOND = ["Hafen die Kräne, wie es in dem Bericht der Behörde über das Jahr heißt.", "Ende des Berichts."]


def test_a_pdf_gives_pages_as_parts_and_whole_sentences():
    pytest.importorskip("pypdf")
    raw = pdf_of(FIRST, SECOND, info="/Title (Bericht der Hafenbehörde) /CreationDate (D:20240312101500Z)")
    document = opened(raw, "bericht.pdf")
    assert (document.kind, document.language) == ("pdf", "de")
    assert "zwölf Frachter gezählt, von denen" in document.text
    assert "nicht gelöscht wurden.\nVierzig" in document.text
    assert [(part.page, part.method) for part in document.parts] == [(1, "pypdf"), (2, "pypdf")]
    assert document.text[document.parts[1].start :].startswith("Hafen die Kräne")
    assert (document.title.value, document.title.source) == ("Bericht der Hafenbehörde", "pdf Title")
    assert (document.published.value, document.published.source) == ("2024-03-12", "pdf CreationDate")


def test_an_encrypted_pdf_is_refused_with_a_hint():
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of(FIRST)))
    writer.encrypt("geheim", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(InputError, match="is encrypted") as caught:
        opened(out.getvalue(), "bericht.pdf")
    assert "qpdf" in caught.value.hint


@pytest.mark.parametrize("raw", [b"%PDF-1.7\n", b"%PDF-1.4\n" + b"x" * 5000, pdf_of(FIRST)[:300]])
def test_a_broken_pdf_is_refused(raw):
    pytest.importorskip("pypdf")
    with pytest.raises(InputError, match="is a broken PDF"):
        opened(raw, "bericht.pdf")


@given(st.data())
def test_a_damaged_pdf_never_surprises(data):
    pytest.importorskip("pypdf")
    raw = bytearray(pdf_of(FIRST, SECOND))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(9, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        document = opened(bytes(raw), "bericht.pdf")
    except InputError:
        return
    assert all(0 <= part.start < part.end <= len(document.text) for part in document.parts)


def test_pages_without_text_are_told():
    pytest.importorskip("pypdf")
    document = opened(pdf_of(FIRST, None), "bericht.pdf")
    assert any("image of it: page 2" in note for note in document.notes)


def test_recognised_lines_carry_their_box(tmp_path, monkeypatch):
    pytest.importorskip("pypdf")
    pytest.importorskip("pypdfium2")
    if sys.platform == "win32":
        pytest.skip("the stand-in for tesseract is a shell script")
    rows = [
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext",
        "4\t1\t1\t1\t1\t0\t300\t600\t900\t60\t-1\t",
        "5\t1\t1\t1\t1\t1\t300\t600\t300\t60\t96\tZwölf",
        "5\t1\t1\t1\t1\t2\t700\t610\t500\t50\t95\tFrach-",
        "5\t1\t1\t1\t2\t1\t300\t700\t300\t60\t96\tter",
        "5\t1\t1\t1\t2\t2\t700\t700\t500\t60\t91\tliegen.",
        "5\t1\t1\t2\t1\t1\t300\t900\t500\t60\t91\tEnde",
    ]
    (tmp_path / "table.tsv").write_text("\n".join(rows), encoding="utf-8")
    program = tmp_path / "tesseract"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = --list-langs ]; then printf "List\\ndeu\\neng\\n"; exit; fi\n'
        f'head -c 2 "$1" > "{tmp_path}/seen"; echo "$@" >> "{tmp_path}/seen"; cat "{tmp_path}/table.tsv"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setattr("tidewaiter.reports.opening.ocr.shutil.which", lambda _: str(program))
    document = opened(pdf_of(FIRST, None), "bericht.pdf", ocr=True)
    lines = [part for part in document.parts if part.method == "tesseract deu+eng"]
    assert [document.text[part.start : part.end] for part in lines] == ["Zwölf Frachter", "liegen.", "Ende"]
    assert "Zwölf Frachter liegen.\n\nEnde" in document.text
    assert {part.page for part in lines} == {2}
    assert lines[0].box == (72.0, 144.0, 288.0, 158.4)
    seen = (tmp_path / "seen").read_text(encoding="utf-8")
    assert seen.startswith("P5")
    assert "-l deu+eng" in seen


def test_without_tesseract_the_pages_are_told(monkeypatch):
    pytest.importorskip("pypdf")
    monkeypatch.setattr("tidewaiter.reports.opening.ocr.shutil.which", lambda _: None)
    assert any("tesseract is not installed" in n for n in opened(pdf_of(None), "bericht.pdf", ocr=True).notes)


# MHTML


def mhtml_of(page):
    return (
        b"From: <Saved by a browser>\r\nSnapshot-Content-Location: https://kuestenblatt.example/frachter?x=1\r\n"
        b'Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----b"\r\n\r\n'
        b"------b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        b"Content-Location: https://kuestenblatt.example/frachter?x=1\r\n\r\n" + page + b"\r\n"
        b"------b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Location: ../../x.png\r\n\r\niVBORw0K\r\n"
        b"------b--\r\n"
    )


def test_a_saved_page_gives_its_article():
    pytest.importorskip("trafilatura")
    for name in ("seite.mhtml", "seite.mht", ""):
        document = opened(mhtml_of(PAGE.encode()), name)
        assert (document.kind, document.published.value) == ("mhtml", "2024-03-12")
        assert document.text == opened(PAGE, "seite.html").text
        assert document.url == "https://kuestenblatt.example/frachter?x=1"
        assert document.parts[0].name == document.url


def test_a_message_without_a_page_is_refused():
    with pytest.raises(InputError, match="holds no page"):
        opened(mhtml_of(b"x").replace(b"text/html", b"image/gif"), "seite.mhtml")
    with pytest.raises(InputError, match="is not MHTML"):
        opened(GERMAN, "seite.mhtml")


# WACZ

URL = "https://kuestenblatt.example/frachter"


def warc_of(*pages, packed=True):
    """A WARC with a response for each (url, page), each record packed on its own as crawlers do."""
    out = b""
    for url, page in pages:
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
        head = (
            f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-03-20T00:00:00Z\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        record = head.encode() + http + b"\r\n\r\n"
        out += gzip.compress(record) if packed else record
    return out


def wacz_of(warc, listed=(), name="archive/data.warc.gz", method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("datapackage.json", "{}")
        if listed:
            rows = [{"format": "json-pages-1.0"}, *({"url": url, "ts": "2024-03-20T00:00:00Z"} for url in listed)]
            archive.writestr("pages/pages.jsonl", "\n".join(map(json.dumps, rows)))
        archive.writestr("../../escape.txt", "x")
        archive.writestr(name, warc, compress_type=method)
    return out.getvalue()


def test_a_web_archive_gives_the_pages_it_lists(tmp_path):
    pytest.importorskip("trafilatura")
    second = PAGE.replace("Zwölf Frachter", "Dreißig Frachter").replace("2024-03-12", "2024-04-01")
    warc = warc_of((f"{URL}/werbung", b"<p>Werbung"), (f"{URL}/2", second.encode()), (URL, PAGE.encode()))
    path = tmp_path / "archiv.wacz"
    path.write_bytes(wacz_of(warc, [URL, f"{URL}/2", f"{URL}/fehlt"]))
    document = open_document(path)
    assert (document.kind, document.published.value, document.url) == ("wacz", "2024-03-12", URL)
    assert [part.name for part in document.parts] == [URL, f"{URL}/2"]
    assert document.text[document.parts[1].start :].startswith("Dreißig Frachter")
    assert "Werbung" not in document.text
    assert any("1 of the pages it lists have no HTML record" in note for note in document.notes)
    assert any("2 pages: title, outlet, date" in note for note in document.notes)
    assert [p.name for p in tmp_path.iterdir()] == ["archiv.wacz"]


def test_a_listed_page_is_followed_where_it_was_sent_on_to():
    pytest.importorskip("trafilatura")
    warc = warc_of((f"{URL}/alt", b""), (URL, PAGE.encode()), packed=False)
    warc = warc.replace(b"HTTP/1.1 200 OK\r\nContent-Type:", b"HTTP/1.1 301 Go\r\nLocation: /frachter\r\nX:", 1)
    length = len(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n")
    grown = length + len(b"\r\nLocation: /frachter\r\nX:") - len(b"\r\nContent-Type:")
    warc = warc.replace(f"Content-Length: {length}".encode(), f"Content-Length: {grown}".encode(), 1)
    document = opened(wacz_of(warc, [f"{URL}/alt#oben"], name="archive/data.warc"), "archiv.wacz")
    assert (document.url, document.notes) == (URL, ())


@pytest.mark.parametrize("packed", [True, False])
def test_an_archive_without_a_list_gives_every_page(packed):
    pytest.importorskip("trafilatura")
    name = "archive/data.warc.gz" if packed else "archive/data.warc"
    warc = warc_of((URL, PAGE.encode()), (URL, b"<p>Noch einmal"), packed=packed)
    document = opened(wacz_of(warc, name=name, method=zipfile.ZIP_DEFLATED), "archiv.wacz")
    assert document.text == opened(PAGE, "seite.html").text


def test_a_zip_bomb_is_refused_before_it_grows():
    pytest.importorskip("warcio")
    plain = warc_of((URL, b"\0" * 60_000_000), packed=False)
    zeros = gzip.compress(plain)
    for raw in (wacz_of(zeros), wacz_of(plain, name="archive/x.warc", method=zipfile.ZIP_DEFLATED)):
        with pytest.raises(InputError, match="far more than it holds"):
            opened(raw, "archiv.wacz")


def test_what_lies_behind_the_limit_is_told(monkeypatch):
    pytest.importorskip("trafilatura")
    monkeypatch.setattr("tidewaiter.reports.opening.wacz.MOST_UNPACKED", 200_000)
    noise = b"".join(bytes([n % 251, (n * 7) % 253]) for n in range(300_000))
    document = opened(wacz_of(warc_of((URL, PAGE.encode()), (f"{URL}/2", noise))), "archiv.wacz")
    assert "Vierzig Waggons" in document.text
    assert any("what lies behind was not read" in note for note in document.notes)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"PK\x03\x04 broken", "broken zip"),
        (wacz_of(b"x", name="other/data.bin"), "without web records"),
        (wacz_of(b"x", name="word/document.xml"), "word processor"),
        (wacz_of(b"no records"), "no web page"),
        (GERMAN.encode(), "is not a zip file"),
    ],
)
def test_what_is_no_web_archive_is_refused(raw, said):
    pytest.importorskip("trafilatura")
    pytest.importorskip("warcio")
    with pytest.raises(InputError, match=said):
        opened(raw, "archiv.wacz")


# light to start


def test_the_import_loads_nothing_heavy():
    code = (
        "import sys, tidewaiter.reports.opening as o; o.open_document(b'Zehn Schiffe', name='a.txt');"
        "print(sorted({m.partition('.')[0] for m in sys.modules} & {'trafilatura', 'lxml', 'pypdf', 'warcio', 'pypdfium2', 'numpy'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("module", "name", "raw"),
    [
        ("trafilatura", "a.html", PAGE.encode()),
        ("lxml", "a.html", PAGE.encode()),
        ("pypdf", "a.pdf", pdf_of(FIRST)),
        ("warcio", "a.wacz", wacz_of(b"")),
    ],
)
def test_a_missing_library_is_named_with_its_extra(monkeypatch, module, name, raw):
    for loaded in [m for m in sys.modules if m.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=rf"needs {module}") as caught:
        opened(raw, name)
    assert "tidewaiter[reports]" in caught.value.hint
