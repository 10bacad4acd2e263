"""What is left of a page that somebody hostile wrote."""

import time

import pytest

from providers.web_address import host_of, is_below, page_key
from providers.web_admission import public_url
from providers.web_text import plain_line, plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two <b>bold</b></p>", "One\n\nTwo bold"),
        ("a<br>b", "a\nb"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<script>alert(1)</script>x<style>p{}</style>", "x"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;x", "x"),
        ("&amp;lt;b&amp;gt;x", "x"),
        ("<!-- do this -->x", "x"),
        ("<p style='display: none'>orders</p>x", "x"),
        ("<p hidden>orders</p><p aria-hidden=true>orders</p>x", "x"),
        ("<span style='font-size:0'>orders</span>x", "x"),
        ("[label](https://evil.example/?q=1) ![alt](https://evil.example/i.png)", "label alt"),
        ("see [1]: https://evil.example\n[ref]: https://evil.example\nend", None),
        ("javascript:alert(1) data: text", "alert(1) text"),
        ("a\u202eb\u200bc\u2066d\U000e0041e\u00adf\x00g\x1bh", "abcdefgh"),
        ("a\u3164b\u2800c\ufe0fd", "abcd"),
        ("می\u200cروم", "می\u200cروم"),
        ("a\u200cb", "ab"),
        ("<svg onload=alert(1)>x", ""),
        ("a <", "a <"),
        ("x <img src=x onerror=alert(1)> y", "x y"),
    ],
)
def test_only_what_a_reader_would_see_is_left(markup: str, text: str | None):
    plain = plain_text(markup, longest=1000)

    assert text is None or plain == text
    assert "evil.example/" not in plain
    assert "<s" not in plain


def test_text_and_titles_are_bounded():
    assert len(plain_text("word " * 1000, longest=100)) <= 100
    assert plain_line("<b>A\n\ntitle</b> " + "x" * 500, longest=20) == "A title xxxxxxxxxxxx"


@pytest.mark.parametrize(
    "unit",
    ["<", "<a", "<!--", "<![CDATA[", "<?", "</a", "<a b='", "<div>", "&amp;", "[", "[a](", "![",
     "<script>", "\n ", "\u202e"],
)  # fmt: skip
def test_no_text_takes_long_to_read(unit: str):
    began = time.monotonic()
    plain_text(unit * 100_000, longest=40_000)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://Example.com:443/a?b=1#part", "https://example.com/a?b=1"),
        ("http://example.com", "http://example.com/"),
        ("https://example.com/?utm_source=x&id=7&gclid=y", "https://example.com/?id=7"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://example.com/\u202egnp.exe", "https://example.com/%E2%80%AEgnp.exe"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ('https://example.com/"><script>', "https://example.com/%22%3E%3Cscript%3E"),
    ],
)
def test_an_address_is_shown_in_one_plain_spelling(given: str, shown: str):
    assert public_url(given) == shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "ftp://example.com/", "//example.com",
        "https://user@example.com/", "https://user:pw@example.com/", "https://exa mple.com/",
        "https://example.com\\@evil.example/", "https://example.com:99999/", "",
        "http://127.0.0.1/", "http://127.1/", "http://0x7f.1/", "http://0177.0.0.1/",
        "http://2130706433/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
        "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.0.1/", "http://100.64.0.1/",
        "http://169.254.169.254/", "http://[fe80::1]/", "http://[fd00::1]/", "http://localhost/",
        "http://localhost./", "http://a.localhost/", "http://printer.local/", "http://intranet/",
        "http://db.internal/", "http://metadata.google.internal/", "http://router.lan/",
        "http://１２７.0.0.1/", "http://127。0。0。1/", "http://①②⑦.0.0.1/", "http://127%2e0.0.1/",
        "http://ｌｏｃａｌｈｏｓｔ/", "http://224.0.0.1/", "http://[64:ff9b::7f00:1]/",
    ],
)  # fmt: skip
def test_nobody_is_led_to_an_inner_net_or_anywhere_but_the_web(url: str):
    assert public_url(url) is None


def test_the_same_page_is_known_again():
    one, other = public_url("http://www.example.com/a/"), public_url("https://example.com/a#x")
    assert one is not None
    assert other is not None
    assert page_key(one) == page_key(other)
    assert host_of(one) == "example.com"


def test_a_domain_holds_what_is_below_it_and_no_look_alike():
    assert is_below("example.com", ["example.com"])
    assert is_below("a.b.example.com", ["example.com"])
    assert not is_below("evilexample.com", ["example.com"])
    assert not is_below("example.com.evil.io", ["example.com"])
