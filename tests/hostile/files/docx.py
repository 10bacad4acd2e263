"""Word files: archives that burst, XML that laughs, links that call out."""

from collections.abc import Callable, Mapping
from functools import partial

from tests.fixtures.bombs import DOCUMENT, swollen_word_file, word_file
from tests.hostile.files.zips import Entry, deflated, dishonest, zipped

MEGA = 1_000_000
PORT = 9
"""Discard; nobody listens, and nobody is to be asked."""
SENTENCE = "<w:p><w:r><w:t>The keeper lit the lamp.</w:t></w:r></w:p>"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
    'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override '
    'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/>{more}</Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    "{more}</Relationships>"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relation(name: str, kind: str, target: str, mode: str = "") -> str:
    """A reference from one part to another."""
    return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}" {mode}/>'


MAIN = relation("r1", "officeDocument", "word/document.xml")


def laughs(levels: int = 9, fan: int = 10) -> str:
    """Entities that refer to each other: `&x;` is fan ** levels words."""
    rows = [f'<!ENTITY l{n} "{f"&l{n - 1};" * fan}">' for n in range(1, levels)]
    return f'<!ENTITY l0 "lol">{"".join(rows)}<!ENTITY x "&l{levels - 1};">'


def document(body: str = SENTENCE, prolog: str = "", root: str = "") -> str:
    """The main part."""
    return f'{prolog}<w:document xmlns:w="{DOCUMENT}" {root}><w:body>{body}</w:body></w:document>'


def doctype(inside: str) -> str:
    """A declaration with this in it."""
    return f'<?xml version="1.0"?><!DOCTYPE d [{inside}]>'


def word(parts: Mapping[str, str | bytes]) -> bytes:
    """A Word file in which these parts take the place of the sound ones, or come beside them."""
    sound: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES.format(more=""),
        "_rels/.rels": RELATIONS.format(more=MAIN),
        "word/document.xml": document(),
    }
    return zipped(sound | dict(parts))


def related(*references: str) -> bytes:
    """A Word file whose main part refers to these."""
    rows = "".join(references)
    return word({"word/_rels/document.xml.rels": RELATIONS.format(more=rows)})


def styled(styles: str) -> bytes:
    """A Word file with these styles."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"
    override = f'<Override PartName="/word/styles.xml" ContentType="{kind}"/>'
    rows = relation("r1", "styles", "styles.xml")
    return word(
        {
            "[Content_Types].xml": TYPES.format(more=override),
            "word/_rels/document.xml.rels": RELATIONS.format(more=rows),
            "word/styles.xml": f'<w:styles xmlns:w="{DOCUMENT}">{styles}</w:styles>',
        }
    )


def listed(*more: Entry, size: int | None = None, count: int | None = None, **said: int) -> bytes:
    """A Word file whose list of members lies."""
    parts = {
        "[Content_Types].xml": TYPES.format(more=""),
        "_rels/.rels": RELATIONS.format(more=MAIN),
    }
    sound = [Entry(name, deflated(text.encode()), len(text)) for name, text in parts.items()]
    text = document(SENTENCE * 400_000).encode()
    main = Entry("word/document.xml", deflated(text), len(text) if size is None else size, **said)
    return dishonest([*sound, main, *more], count=count)


def nested(tag: str, depth: int) -> str:
    """Elements within elements."""
    return f"<w:{tag}>" * depth + SENTENCE + f"</w:{tag}>" * depth


def _member(name: str, size: int = MEGA) -> Entry:
    return Entry(name, deflated(bytes(MEGA)), size)


_EXTERNAL = '<!ENTITY x SYSTEM "{}">'
_SHOWN = "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"
_CALLS = f"http://127.0.0.1:{PORT}/"
_TABLE = "<w:tbl>{}</w:tbl>"
_CELL = "<w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>"
_NESTED_CELL = "<w:tbl><w:tr><w:tc>"

FILES: Mapping[str, Callable[[], bytes]] = {
    "three million elements": partial(swollen_word_file, 3_000_000),
    "300 MB of spaces": lambda: word({"word/document.xml": document(" " * 300 * MEGA)}),
    "a text of 20 MB": lambda: word(
        {"word/document.xml": document(SENTENCE.replace("lamp", "a" * 20 * MEGA))}
    ),
    "23 MB of short paragraphs": lambda: word({"word/document.xml": document(SENTENCE * 370_000)}),
    "a part of 300 MB beside": lambda: word({"word/media/image1.bin": bytes(300 * MEGA)}),
    "members 100,000": lambda: listed(*[Entry(f"word/{n}", None, 9) for n in range(100_000)]),
    "members over each other": lambda: listed(
        _member("word/0.xml"), *[Entry(f"word/{n}.xml", None, MEGA) for n in range(4_000)]
    ),
    "size said small": partial(listed, size=1_000),
    "size said enormous": partial(listed, size=0xFFFFFFFE),
    "size said nought": partial(listed, size=0),
    "count said large": partial(listed, count=60_000),
    "encrypted, it says": partial(listed, flags=1),
    "packed in no known way": partial(listed, method=99),
    "a symbolic link": partial(listed, mode=0o120777),
    "names that climb": lambda: word(
        {"../../../../tmp/evil": "x", "/etc/evil": "x", "word/../../evil.xml": "x"}
    ),
    "a file in a file": lambda: word(
        {"word/embeddings/a.docx": word({"word/b": bytes(100 * MEGA)})}
    ),
    "laughs": lambda: word_file(_SHOWN, doctype(laughs())),
    "laughs in the types": lambda: word(
        {"[Content_Types].xml": doctype(laughs()) + "<Types>&x;</Types>"}
    ),
    "laughs in the references": lambda: word(
        {"_rels/.rels": doctype(laughs()) + "<Relationships>&x;</Relationships>"}
    ),
    "laughs in an attribute": lambda: word_file('<w:p w:a="&x;"/>' + SENTENCE, doctype(laughs())),
    "a quadratic laugh": lambda: word_file(
        "<w:p><w:r><w:t>" + "&x;" * 50_000 + "</w:t></w:r></w:p>",
        doctype(f'<!ENTITY x "{"a" * 50_000}">'),
    ),
    "an entity in itself": lambda: word_file(_SHOWN, doctype('<!ENTITY x "&x;">')),
    "an entity from a file": lambda: word_file(
        _SHOWN, doctype(_EXTERNAL.format("file:///etc/passwd"))
    ),
    "an entity from a device": lambda: word_file(
        _SHOWN, doctype(_EXTERNAL.format("file:///dev/zero"))
    ),
    "an entity from the web": lambda: word_file(_SHOWN, doctype(_EXTERNAL.format(_CALLS))),
    "a declaration from the web": lambda: word_file(SENTENCE, f'<!DOCTYPE d SYSTEM "{_CALLS}">'),
    "an entity of parameters": lambda: word_file(
        SENTENCE, doctype(f'<!ENTITY % p SYSTEM "{_CALLS}"> %p;')
    ),
    "paragraphs deep": lambda: word_file(nested("p", 100_000)),
    "controls deep": lambda: word_file(nested("sdtContent", 2_000)),
    "controls deeper": lambda: word_file(nested("sdt", 500_000)),
    "tables deep": lambda: word_file(
        _NESTED_CELL * 600 + SENTENCE + "</w:tc></w:tr></w:tbl>" * 600
    ),
    "a table of a million cells": lambda: word_file(
        _TABLE.format(("<w:tr>" + _CELL * 100 + "</w:tr>") * 3_000)
    ),
    "a table one row wide": lambda: word_file(
        _TABLE.format("<w:tr>" + _CELL * 300_000 + "</w:tr>")
    ),
    "a header of many names": lambda: word_file(
        _TABLE.format(
            "<w:tr>"
            + _CELL.replace(">a<", f">{'a' * 2_000}<") * 100
            + "</w:tr>"
            + ("<w:tr>" + _CELL * 100 + "</w:tr>") * 2_000
        )
    ),
    "a million attributes": lambda: word_file(
        "<w:p " + " ".join(f'a{n}=""' for n in range(500_000)) + "/>" + SENTENCE
    ),
    "an attribute of 20 MB": lambda: word_file(f'<w:p w:a="{"a" * 20 * MEGA}"/>' + SENTENCE),
    "100,000 names of spaces": lambda: word(
        {"word/document.xml": document(root=" ".join(f'xmlns:n{n}="n{n}"' for n in range(100_000)))}
    ),
    "deletions and fallbacks deep": lambda: word_file(
        '<w:p><mc:Fallback xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        + "<w:r>" * 200
        + "<w:t>a</w:t>" * 100_000
        + "</w:r>" * 200
        + "</mc:Fallback></w:p>"
        + SENTENCE
    ),
    "references in a circle": lambda: related(relation("r1", "officeDocument", "document.xml")),
    "references 100,000": lambda: related(
        *[relation(f"r{n}", "image", f"media/{n}.png") for n in range(100_000)]
    ),
    "a picture from the web": lambda: related(
        relation("r1", "image", _CALLS, 'TargetMode="External"')
    ),
    "a template from the web": lambda: related(
        relation("r1", "attachedTemplate", _CALLS, 'TargetMode="External"')
    ),
    "a main part elsewhere": lambda: word(
        {"_rels/.rels": RELATIONS.format(more=relation("r1", "officeDocument", "../../etc/passwd"))}
    ),
    "styles 100,000": lambda: styled(
        "".join(
            f'<w:style w:styleId="s{n}"><w:basedOn w:val="s{n + 1}"/></w:style>'
            for n in range(100_000)
        )
    ),
    "a style based on itself": lambda: styled(
        '<w:style w:styleId="a"><w:basedOn w:val="a"/></w:style>'
    ),
    "an outline level of no number": lambda: styled(
        '<w:style w:styleId="a"><w:name w:val="a"/><w:pPr><w:outlineLvl w:val="x"/></w:pPr></w:style>'
    ),
    "encoding unknown": lambda: word(
        {"word/document.xml": document(prolog='<?xml version="1.0" encoding="utf-7"?>')}
    ),
    "encoding false": lambda: word({"word/document.xml": document().encode("utf-16-be")}),
    "no main part": lambda: word({"word/document.xml": ""}),
}
