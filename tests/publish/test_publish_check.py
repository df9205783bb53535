from __future__ import annotations

import pytest

from tidewaiter.errors import UnprovenFigure
from tidewaiter.publish.check import check_page


@pytest.mark.parametrize(
    "html",
    [
        "<p>no number</p>",
        '<p><a class="fig" href="#m-x">62–81</a></p><details id="m-x"></details>',
        "<p><time>7 Sep 2031</time></p>",
        "<p><span data-name>all 152 mm</span></p>",
        "<blockquote data-quote>some 6700 <b>boxes, 3</b></blockquote>",
        "<code>/1</code><style>.s1{}</style><script>let x = 1</script>",
        '<svg><g class="tick"><text>10</text></g></svg>',
        '<svg><a href="#m-x"><text>64</text></a></svg><p id="m-x">x</p>',
        "<p>line<br>break</p>",
    ],
)
def test_proven_pages_pass(html):
    check_page(html)


@pytest.mark.parametrize(
    ("html", "offence"),
    [
        ("<p>about 62 calls</p>", "62"),
        ("<h2>Top &#49;0</h2>", "10"),
        ("<p>٣ calls</p>", "٣"),
        ("<p>²</p>", "²"),
        ('<p><a href="#m-x">62</a></p><p id="m-x">x</p>', "62"),
        ('<p><a class="fig" href="https://example.org">62</a></p>', "62"),
        ("<p><time>2031</time> and 12</p>", "12"),
        ("<p><span data-name>a</span> 7</p>", "7"),
        ("<svg><text>10</text></svg>", "10"),
        ('<p class="tick">10</p>', "10"),
        ('<p><a class="fig" href="#m-gone">6</a></p>', "m-gone"),
        ('<p id="a">x</p><p id="a">y</p>', '"a"'),
    ],
)
def test_unproven_pages_fail(html, offence):
    with pytest.raises(UnprovenFigure, match="report") as caught:
        check_page(html)
    assert offence in caught.value.message
