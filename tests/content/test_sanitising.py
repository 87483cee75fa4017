"""Hostile HTML and Markdown: whatever goes in, only what is on the list comes out."""

import re
from html.parser import HTMLParser

import pytest

from hub.content import sanitising
from hub.content.conversion import Converter

LABELS = {"table": "Table", "back": "Back", "media": "Open", "picture": "Picture"}
CORPUS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='/media/a.png' onload=alert(1) style='position:fixed'>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><mi//xlink:href='javascript:alert(1)'>x</math>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src='https://a.test'><img src=x onerror=alert(1)></iframe>",
    "<iframe src='https://a.test/\"><img src=x onerror=alert(1)>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x' target=_blank>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](<javascript:alert(1)>)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    '![" onerror=alert(1) x="](/media/a.png)',
    '![a](/media/a.png "\\" onerror=alert(1) ")',
    "# x {: onclick=alert(1) style='color:red'}",
    "```html onclick=alert(1)\n<script>alert(1)</script>\n```",
    '``` "><script>alert(1)</script>\nx\n```',
    "<style>*{background:url(https://a.test)}</style>",
    "<link rel=stylesheet href=https://a.test>",
    "<meta http-equiv=refresh content='0;url=https://a.test'>",
    "<base href=https://a.test>",
    "<form action=https://a.test><input name=password><button>ok</button></form>",
    "<object data=https://a.test></object><embed src=https://a.test>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<details ontoggle=alert(1) open><summary>x</summary></details>",
    "<div style='position:fixed;inset:0'>x</div>",
    "<p class='site-header admin'>x</p>",
    "<table background=https://a.test><tr><td background=https://a.test>x</table>",
    "<video poster=https://a.test src=https://a.test/v.mp4 autoplay></video>",
    "<img srcset='https://a.test/x 1x' src='/media/a.png'>",
    "<!-- --!><script>alert(1)</script> -->",
    "<xmp><script>alert(1)</script></xmp>",
    "<template><script>alert(1)</script></template>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img onerror=1&gt;'>",
    "\x02wzxhzdk:0\x03 \x02klzzwxh:0000\x03<script>alert(1)</script>",
    "<div markdown=1>\n<script>alert(1)</script>\n\n*x*\n</div>",
    "<input autofocus onfocus=alert(1)>",
]
_SCHEME = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):")
_TAGS = set(sanitising._ATTRIBUTES) - {"*"}


class _Strict(HTMLParser):
    """Fails on a tag, attribute or address that no article may have."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in ("style", "srcset", "target", "poster", "background"), name
            if name == "href":
                # As browsers read it: line ends and tabs inside an address do not count.
                scheme = _SCHEME.match(re.sub(r"[\t\r\n]", "", value or ""))
                assert scheme is None or scheme.group(1).lower() in sanitising._SCHEMES, value
            if name == "src":
                assert (value or "").startswith("/media/"), value

    handle_startendtag = handle_starttag


@pytest.fixture(scope="module")
def converter() -> Converter:
    return Converter()


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_hostile_comes_out(converter: Converter, hostile: str) -> None:
    for markdown in (hostile, f"- {hostile}", f"> {hostile}", f"text {hostile} text"):
        made = converter.convert(markdown, LABELS).html
        _Strict(convert_charrefs=True).feed(made)
        assert "<script" not in made.lower()


def test_the_corpus_would_be_caught() -> None:
    with pytest.raises(AssertionError):
        _Strict().feed("<img src=x onerror=alert(1)>")


def test_classes_of_the_site_cannot_be_borrowed(converter: Converter) -> None:
    assert "class" not in converter.convert('<p class="button">x</p>', LABELS).html


def test_an_id_with_strange_characters_is_dropped(converter: Converter) -> None:
    made = converter.convert('<span id="a b">x</span> <span id="ok-1">y</span>', LABELS).html
    assert made.count("id=") == 1


def test_cleaning_twice_changes_nothing(converter: Converter) -> None:
    made = converter.convert(
        "# A\n\n| a |\n|---|\n| [b](https://x.test) |\n\nx[^1]\n\n[^1]: y\n\n```py\nx = 1\n```",
        LABELS,
    ).html
    assert sanitising.last_pass(made).replace(' class=""', "") == made
