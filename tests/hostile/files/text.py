"""Text, Markdown, CSV, HTML, rich text and mail: lines without end, nesting, storms of signs."""

import base64
import random
from collections.abc import Callable, Mapping
from functools import partial

from tests.hostile.files.docx import PORT, doctype, laughs

MEGA = 1_000_000
_SENTENCE = b"The keeper lit the lamp at dusk. "
_CALLS = f"http://127.0.0.1:{PORT}/".encode()


def noise(count: int, seed: int = 7) -> bytes:
    """Bytes without order, the same every time."""
    return random.Random(seed).randbytes(count)  # noqa: S311 # Nothing is kept secret with it.


PLAIN: Mapping[str, Callable[[], bytes]] = {
    "a line of 50 MB": lambda: b"a" * 50 * MEGA,
    "a line of 19 MB": lambda: b"a" * 19 * MEGA,
    "words of 50 MB": lambda: _SENTENCE * 1_500_000,
    "paragraphs six million": lambda: b"a\n\n" * 6 * MEGA,
    "line breaks 50 MB": lambda: b"\n" * 50 * MEGA + b"a",
    "spaces 50 MB": lambda: b" " * 50 * MEGA + b"a",
    "sentences four million": lambda: b"a. " * 4 * MEGA,
    "accents on one letter": lambda: b"e" + "\u0301".encode() * 3 * MEGA,
    "accents out of order": lambda: b"e" + "\u0301\u0316\u0334".encode() * 300_000,
    "letters of long form": lambda: "\ufdfa".encode() * 3 * MEGA,
    "letters that compose": lambda: "\u1100\u1161\u11a8".encode() * MEGA,
    "directions reversed": lambda: "\u202e\u2066abc".encode() * MEGA,
    "tags that nobody sees": lambda: "\U000e0041".encode() * 3 * MEGA + b"a",
    "zeros between": lambda: b"a\x00" * 5 * MEGA,
    "broken utf-8": lambda: b"\xc3(\xf0\x28\x8c\xbc" * MEGA,
    "surrogates": lambda: b"\xff\xfe" + b"\x00\xd8" * 3 * MEGA,
    "utf-32 of no letters": lambda: b"\x00\x00\xfe\xff" + b"\xff\xff\xff\xff" * 3 * MEGA,
    "utf-7": lambda: b"+AGE-" * 3 * MEGA,
    "iso 2022": lambda: b"\x1b$B0!\x1b(B" * 3 * MEGA,
    "noise under 128": lambda: bytes(byte & 127 for byte in noise(MEGA)),
    "noise over 32": lambda: bytes(32 + byte % 224 for byte in noise(5 * MEGA)),
}
MARKDOWN: Mapping[str, Callable[[], bytes]] = {
    "quotes deep": lambda: b">" * MEGA + b" a",
    "quotes deep on every line": lambda: (b"> " * 500 + b"a\n") * 2_000,
    "lists deep": lambda: b"".join(b"  " * n + b"- a\n" for n in range(3_000)),
    "lists on one line": lambda: b"- " * 300_000 + b"a",
    "links nested": lambda: b"[" * MEGA + b"a",
    "links nested and closed": lambda: b"[a](" * 500_000,
    "stars": lambda: b"*a **a " * 500_000,
    "backticks": lambda: b"".join(b"`" * n + b" " for n in range(4_000)),
    "fences": lambda: b"```\n" * 500_000,
    "references": lambda: b"[a]: " * 500_000,
    "references each by itself": lambda: b"".join(b"[a%d]: b\n" % n for n in range(300_000)),
    "tables wide": lambda: b"|a" * 200_000 + b"\n" + b"|-" * 200_000 + b"\n" + b"|a" * 200_000,
    "tables of empty rows": lambda: b"|" * 3_000 + b"\n" + b"|-" * 3_000 + b"\n" + b"a\n" * 20_000,
    "headings": lambda: b"# a\n" * MEGA,
    "underlined headings": lambda: b"a\n=\n" * MEGA,
    "tags": lambda: b"<a " * MEGA,
    "comments": lambda: b"<!--\n" * 300_000 + b"a",
    "entities": lambda: b"&#0;&x;" * 500_000,
    "escapes": lambda: b"\\" * 5 * MEGA,
    "tabs": lambda: b"\t" * 3 * MEGA + b"a",
}
TABLES: Mapping[str, Callable[[], bytes]] = {
    "columns a million": lambda: b"a," * MEGA + b"\n" + b"b," * MEGA,
    "rows two million": lambda: b"a,b\n" * 2 * MEGA,
    "a header of long names": lambda: (b"n" * 5_000 + b",") * 200 + b"\n" + b"1," * 200 * 1_000,
    "rows under long names": lambda: (
        b",".join([b"n" * 2_000] * 50) + b"\n" + (b"1," * 50 + b"\n") * 20_000
    ),
    "quotes without end": lambda: b'"' * 5 * MEGA,
    "a quote that stays open": lambda: b'a,b\n1,"' + b"c,d\n" * 3 * MEGA,
    "separators of every kind": lambda: b"a,b;c\td|e\n" * 500_000,
    "formulas": lambda: b"=cmd|' /C calc'!A0,@SUM(1)\n" * 100_000,
    "a field of 30 MB": lambda: b"a,b\n1," + b"c" * 30 * MEGA,
}
HTML: Mapping[str, Callable[[], bytes]] = {
    "elements deep": lambda: b"<html>" + b"<div>" * MEGA + b"a",
    "inline deep": lambda: b"<html>" + b"<b>" * 500_000 + b"a",
    "formatting reopened": lambda: b"<html>" + b"<b><i><u><p>" * 100_000 + b"a",
    "tables deep": lambda: b"<html>" + b"<table><tr><td>" * 50_000 + b"a",
    "tables deep and shut": lambda: (
        b"<html>" + b"<table><tr><td>" * 300 + b"a" + b"</td></tr></table>" * 300
    ),
    "lists deep": lambda: b"<html>" + b"<ul><li>a" * 50_000,
    "lists deep and shut": lambda: b"<html>" + b"<ul><li>a" * 600 + b"</li></ul>" * 600,
    "a list of a million": lambda: b"<html><ul>" + b"<li>a" * 500_000,
    "cells a million": lambda: b"<html><table><tr><th>a" + b"<td>a" * MEGA,
    "rows under long names": lambda: (
        b"<html><table><tr>" + (b"<th>" + b"n" * 2_000) * 50 + (b"<tr>" + b"<td>1" * 50) * 10_000
    ),
    "attributes a million": lambda: (
        b"<html><p " + b" ".join(b"a%d=1" % n for n in range(300_000)) + b">a"
    ),
    "an attribute of 30 MB": lambda: b'<html><p title="' + b"a" * 30 * MEGA + b'">a',
    "a style of 20 MB": lambda: b'<html><p style="' + b"display :" * 2 * MEGA + b'">a',
    "a name of 20 MB": lambda: b"<html><" + b"a" * 20 * MEGA + b">a",
    "entities": lambda: b"<html>" + b"&amp;&#x1F600;&nosuch" * 500_000,
    "entities that laugh": lambda: doctype(laughs()).encode() + b"<html><body>&x;a",
    "an entity from a file": lambda: (
        doctype('<!ENTITY x SYSTEM "file:///etc/passwd">').encode() + b"<html>&x;a"
    ),
    "comments that stay open": lambda: b"<html>a" + b"<!--" * MEGA,
    "scripts that stay open": lambda: b"<html>a" + b"<script>" * 500_000,
    "tags that stay open": lambda: b"<html>a" + b"<p " * MEGA,
    "pictures from the web": lambda: (
        b"<html>a" + b'<img src="%s"><link rel=stylesheet href="%s">' % (_CALLS, _CALLS) * 10_000
    ),
    "a base and frames": lambda: (
        b'<html><base href="%s"><iframe src="x"></iframe><object data="y"></object>a' % _CALLS
    ),
    "a charset of its own": lambda: b'<html><meta charset="idna">a' + b"\xff" * MEGA,
    "a charset that unpacks": lambda: b'<html><meta charset="zlib">a',
    "a charset that runs": lambda: (
        b'<html><meta charset="unicode_escape">' + b"\\N{DIGIT ONE}" * 100_000
    ),
    "a meta without end": lambda: b"<html>" + b"<meta " * 500_000,
    "declarations before": lambda: b"<?xml ?>" * 8_000 + b"<!-- " * 10_000 + b"<html>a",
}
RICH: Mapping[str, Callable[[], bytes]] = {
    "groups deep": lambda: rb"{\rtf1 " + b"{" * MEGA + b"a",
    "groups shut": lambda: rb"{\rtf1 a" + b"}" * MEGA,
    "bytes that are not there": lambda: rb"{\rtf1 a\bin2147483647 b}",
    "bytes fewer than none": lambda: rb"{\rtf1 a\bin-99999999999999999999 b}",
    "letters by number": lambda: rb"{\rtf1 " + rb"\u-10179 ?\u-8704 ?" * 500_000 + b"}",
    "letters by wrong number": lambda: (
        rb"{\rtf1 \uc99999999 " + rb"\u99999999999?" * 200_000 + b"}"
    ),
    "words without end": lambda: rb"{\rtf1 " + rb"\b\i\par" * MEGA + b"}",
    "a word of 10 MB": lambda: b"{\\rtf1 \\" + b"a" * 10 * MEGA + b" b}",
    "a number of a million digits": lambda: rb"{\rtf1 \par" + b"9" * MEGA + b" a}",
    "hex without end": lambda: rb"{\rtf1 " + rb"\'e9" * 2 * MEGA + b"}",
    "pictures in hex": lambda: rb"{\rtf1 {\pict\pngblip " + b"00" * 10 * MEGA + b"}a}",
    "an object and a field": lambda: (
        rb'{\rtf1 {\field{\*\fldinst INCLUDEPICTURE "'
        + _CALLS
        + rb'"}}{\object\objupdate{\*\objdata 00}}a}'
    ),
    "fonts 100,000": lambda: (
        rb"{\rtf1{\fonttbl"
        + b"".join(rb"{\f%d\fcharset999 A;}" % n for n in range(100_000))
        + b"}a}"
    ),
    "cells a million": lambda: rb"{\rtf1 \trowd " + rb"a\cell " * 500_000 + rb"\row}",
}
_HEAD = b"From: a@example.com\r\nMIME-Version: 1.0\r\nSubject: Lamp\r\n"


def mixed(depth: int) -> bytes:
    """Parts within parts."""
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(depth)
    )
    return _HEAD + opened + b"Content-Type: text/plain\r\n\r\nThe lamp."


def mail(head: bytes, body: bytes = _SENTENCE) -> bytes:
    """A message."""
    return _HEAD + head + b"\r\n\r\n" + body


MAIL: Mapping[str, Callable[[], bytes]] = {
    "parts deep": partial(mixed, 20_000),
    "parts a few hundred deep": partial(mixed, 400),
    "messages in messages": lambda: (
        b"MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" * 3_000 + mail(b"")
    ),
    "parts 300,000": lambda: mail(
        b"Content-Type: multipart/mixed; boundary=b", b"--b\r\n\r\na\r\n" * 300_000 + b"--b--"
    ),
    "a boundary that is nothing": lambda: mail(
        b'Content-Type: multipart/mixed; boundary=""', b"--\r\n" * 200_000
    ),
    "a head of 20 MB": lambda: mail(b"X-A: " + b"a" * 20 * MEGA),
    "heads 500,000": lambda: mail(b"X-A: a\r\n" * 500_000),
    "a head folded": lambda: mail(b"Subject: " + b"=?utf-8?q?a?=\r\n " * 300_000),
    "encoded words": lambda: mail(b"Subject: " + b"=?utf-8?b?" * 300_000),
    "addresses": lambda: mail(b"To: " + b"(" * 300_000 + b"a@example.com"),
    "a list of addresses": lambda: mail(b"To: " + b"a <a@example.com>, " * 200_000),
    "parameters in pieces": lambda: mail(
        b"Content-Type: text/plain; " + b"; ".join(b"name*%d*=a" % n for n in range(50_000))
    ),
    "base 64 that is none": lambda: mail(b"Content-Transfer-Encoding: base64", b"!" * 20 * MEGA),
    "base 64 of html": lambda: mail(
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64",
        base64.encodebytes(b"<html>" + b"<div>" * 500_000 + b"a"),
    ),
    "uuencoded": lambda: mail(
        b"Content-Transfer-Encoding: x-uuencode", b"begin 644 ../../a\n" + b"M" * MEGA
    ),
    "a charset that runs": lambda: mail(
        b"Content-Type: text/plain; charset=unicode_escape", b"\\x41" * 500_000
    ),
    "a date beyond time": lambda: mail(b"Date: Mon, 99 Foo 99999999 99:99:99 +999999"),
    "quoted-printable": lambda: mail(
        b"Content-Transfer-Encoding: quoted-printable", b"=\r\n" * 2 * MEGA
    ),
    "a name that climbs": lambda: mail(
        b"Content-Type: multipart/mixed; boundary=b",
        b'--b\r\nContent-Disposition: attachment; filename="../../etc/evil.txt"\r\n\r\na\r\n--b--',
    ),
}
