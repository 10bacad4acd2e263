"""What an import finds behind a path, and what of an archive it takes."""

import csv
import io
import json
import os
import struct
import zipfile
from pathlib import Path

import pytest

from app.cli.import_archive import UnsafeArchive, open_archive
from app.cli.import_report import SHOWN, Outcome, summary, troubles, write
from app.cli.import_sources import Found, LeftOut, Sources
from ingest.intake import MAX_NAME

WORDS = b"The tide turns at six."


def look(*paths: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """Names of documents with their bytes, and the codes of what is left out by its file name."""
    with Sources() as sources:
        found = list(sources.look(paths))
        taken = {one.name: content(one) for one in found if isinstance(one, Found)}
    left = {Path(one.path).name: one.code for one in found if isinstance(one, LeftOut)}
    assert len(taken) + len(left) == len(found)
    return taken, left


def content(found: Found) -> bytes:
    with found.open() as file:
        return file.read()


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    folder = tmp_path / "harbour"
    (folder / "2024" / "may").mkdir(parents=True)
    return folder


def test_a_folder_is_searched_to_its_ground_and_names_keep_their_place(harbour: Path) -> None:
    (harbour / "note.txt").write_bytes(WORDS)
    (harbour / "2024" / "may" / "note.txt").write_bytes(b"other")
    assert look(harbour) == (
        {"harbour › note.txt": WORDS, "harbour › 2024 › may › note.txt": b"other"},
        {},
    )
    assert look(harbour / "note.txt") == ({"note.txt": WORDS}, {})


def test_hidden_files_and_litter_are_left_out(harbour: Path) -> None:
    (harbour / ".git").mkdir()
    for name in (".git/config", ".hidden", "Thumbs.db", "seen.txt"):
        (harbour / name).write_bytes(WORDS)
    zipped(harbour / "mac.zip", **{"__MACOSX/._seen.txt": b"x", ".secret": b"x", "in.txt": WORDS})
    assert look(harbour)[0] == {"harbour › seen.txt": WORDS, "harbour › mac › in.txt": WORDS}


def test_links_are_followed_inside_the_folder_alone_and_never_in_circles(harbour: Path) -> None:
    (harbour.parent / "secret.txt").write_bytes(b"secret")
    (harbour / "note.txt").write_bytes(WORDS)
    (harbour / "out.txt").symlink_to(harbour.parent / "secret.txt")
    (harbour / "2024" / "up").symlink_to(harbour)
    (harbour / "2024" / "same.txt").symlink_to(harbour / "note.txt")
    taken, left = look(harbour)
    assert taken == {"harbour › note.txt": WORDS, "harbour › 2024 › same.txt": WORDS}
    assert left == {"out.txt": "outside"}


def test_a_name_of_bytes_that_are_no_text_can_still_be_shown(harbour: Path) -> None:
    (harbour / os.fsdecode(b"caf\xe9.txt")).write_bytes(WORDS)
    with Sources() as sources:
        (one,) = sources.look([harbour])
    assert one.path.encode("utf-8").endswith("caf\N{REPLACEMENT CHARACTER}.txt".encode())


def test_of_a_name_that_is_too_long_the_end_stays(harbour: Path) -> None:
    deep = harbour
    for _ in range(6):
        deep /= "a" * 60
    deep.mkdir(parents=True)
    (deep / "note.txt").write_bytes(WORDS)
    (name,) = look(harbour)[0]
    assert len(name) == MAX_NAME
    assert name.startswith("…a")
    assert name.endswith("› note.txt")


def test_members_of_an_archive_are_files_and_an_archive_in_it_is_one_too(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", **{"deep.txt": WORDS}).read_bytes()
    outer = zipped(tmp_path / "outer.zip", **{"a__note.txt": WORDS, "inner.zip": inner})
    assert look(outer)[0] == {"outer › a › note.txt": WORDS, "outer › inner.zip": inner}


@pytest.mark.parametrize("mark", ["[Content_Types].xml", "mimetype"])
def test_a_document_that_is_a_zip_is_no_archive(tmp_path: Path, mark: str) -> None:
    path = zipped(tmp_path / "report.docx", **{mark: b"x"})
    assert look(path)[0] == {"report.docx": path.read_bytes()}


def test_a_program_that_ends_in_an_archive_is_no_archive(tmp_path: Path) -> None:
    packed = zipped(tmp_path / "a.zip", **{"note.txt": WORDS}).read_bytes()
    (tmp_path / "setup.exe").write_bytes(b"MZ" + packed)
    assert list(look(tmp_path / "setup.exe")[0]) == ["setup.exe"]


@pytest.mark.parametrize("name", ["../up.txt", "/root.txt", "a/../../b.txt", "C:\\x.txt"])
def test_a_member_whose_name_leads_out_is_left_out(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", **{"note.txt": WORDS})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"x")
    taken, left = look(path)
    assert list(taken) == ["a › note.txt"]
    assert list(left.values()) == ["unsafe_archive"]


def test_a_member_that_swells_beyond_belief_is_left_out(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"bomb.txt": bytes(3_000_000), "note.txt": WORDS})
    taken, left = look(path)
    assert (list(taken), left) == (["a › note.txt"], {"bomb.txt": "unsafe_archive"})


def test_a_member_behind_a_password_is_left_out(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"note.txt": WORDS})
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    struct.pack_into("<H", content, entry + 8, 1)
    path.write_bytes(content)
    assert look(path)[1] == {"note.txt": "password_protected"}


def test_an_archive_whose_members_share_their_bytes_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{f"{n}.txt": os.urandom(2_000) for n in range(3)})
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into("<I", content, place + 20, 4_000)
        place = content.find(b"PK\x01\x02", place + 4)
    path.write_bytes(content)
    assert look(path) == ({}, {"a.zip": "unsafe_archive"})


def test_an_archive_with_too_many_members_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{f"{n}.txt": WORDS for n in range(3)})
    open_archive(path, most_members=3).close()
    with pytest.raises(UnsafeArchive, match="Unpack it yourself"):
        open_archive(path, most_members=2)


def outcomes() -> list[Outcome]:
    bad = Outcome('=HYPERLINK("x").pdf')
    bad.fail("no_text", "There is no text in this file.")
    return [Outcome("a.txt", "ready", "a.txt", passages=3), Outcome("b", "duplicate"), bad]


def test_the_summary_counts_and_names_what_failed() -> None:
    assert summary(outcomes()) == "1 ready, 1 there already, 1 failed."
    assert list(troubles(outcomes())) == [
        '=HYPERLINK("x").pdf: failed (no_text). There is no text in this file.'
    ]
    assert summary([]) == "nothing to bring in."
    assert list(troubles(outcomes() * (SHOWN + 2)))[-1].startswith("… and 2 more")


def test_a_report_holds_every_file_and_no_formula(tmp_path: Path) -> None:
    write(tmp_path / "report.csv", outcomes())
    rows = list(csv.DictReader(io.StringIO((tmp_path / "report.csv").read_text("utf-8-sig"))))
    assert [row["end"] for row in rows] == ["ready", "duplicate", "failed"]
    assert rows[2]["path"] == '\'=HYPERLINK("x").pdf'
    assert rows[2]["code"] == "no_text"
    write(tmp_path / "report.json", outcomes())
    told = json.loads((tmp_path / "report.json").read_text())
    assert told[0] == {
        "path": "a.txt", "end": "ready", "name": "a.txt", "document_id": None, "pages": None,
        "passages": 3, "code": "", "message": "",
    }  # fmt: skip
