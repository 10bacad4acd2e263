"""Letters, handed to a real mail server on loopback."""

import asyncio
import logging
from pathlib import Path
from urllib.parse import quote

import pytest

from app.accounts.mail import Letter, SmtpMailer, mail_server
from tests.fixtures.mail import PASSWORD, USERNAME, certificate, mail_box

LETTER = Letter("bob@example.com", "Your invitation", "Hello Bob,\nlumen_link_secret\n")
SENDER = "lumen@example.com"
LOGIN = f"{quote(USERNAME, safe='')}:{quote(PASSWORD, safe='')}@"


async def test_a_letter_arrives_as_it_was_written() -> None:
    async with mail_box() as box:
        mailer = SmtpMailer(mail_server(f"smtp://127.0.0.1:{box.port}", SENDER))
        assert await mailer.send(LETTER)
    (letter,) = box.letters
    assert (letter["From"], letter["To"]) == (SENDER, "bob@example.com")
    assert letter["Subject"] == "Your invitation"
    assert letter.get_content().splitlines() == ["Hello Bob,", "lumen_link_secret"]
    assert letter["Date"]
    assert letter["Message-ID"].endswith("@example.com>")


async def test_name_and_password_come_from_the_address_even_with_odd_characters(
    tmp_path: Path,
) -> None:
    server, trust = certificate(tmp_path)
    async with mail_box(tls=server, login=True) as box:
        right = mail_server(f"smtp://{LOGIN}127.0.0.1:{box.port}", SENDER)
        wrong = mail_server(f"smtp://me:wrong@127.0.0.1:{box.port}", SENDER)
        assert await SmtpMailer(right, trust).send(LETTER)
        assert not await SmtpMailer(wrong, trust).send(LETTER)
    assert len(box.letters) == 1


async def test_starttls_is_used_where_it_is_offered(tmp_path: Path) -> None:
    server, trust = certificate(tmp_path)
    async with mail_box(tls=server) as box:
        assert await SmtpMailer(mail_server(f"smtp://127.0.0.1:{box.port}", SENDER), trust).send(
            LETTER
        )
    assert box.encrypted == [True]


async def test_a_server_without_starttls_is_refused_where_it_is_required() -> None:
    async with mail_box() as box:
        url = f"smtp://127.0.0.1:{box.port}?starttls=required"
        assert not await SmtpMailer(mail_server(url, SENDER)).send(LETTER)
    assert box.letters == []


async def test_a_certificate_that_nobody_vouches_for_gets_no_letter(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path)
    async with mail_box(tls=server) as box:
        assert not await SmtpMailer(mail_server(f"smtp://127.0.0.1:{box.port}", SENDER)).send(
            LETTER
        )
    assert box.letters == []


async def test_smtps_speaks_tls_from_the_first_byte(tmp_path: Path) -> None:
    server, trust = certificate(tmp_path)
    async with mail_box(tls=server, from_the_start=True) as box:
        assert await SmtpMailer(mail_server(f"smtps://127.0.0.1:{box.port}", SENDER), trust).send(
            LETTER
        )
    assert box.encrypted == [True]


@pytest.mark.parametrize(
    "to",
    [
        "bob@example.com, eve@example.org",
        "bob@example.com\r\nBcc: eve@example.org",
        "bob@example.com\nRCPT TO:<eve@example.org>",
        "Bob <bob@example.com>",
        "eve,bob@example.com",
        "<eve@example.org>bob@example.com",
        "",
    ],
)
async def test_an_address_that_is_more_than_one_reaches_nobody(to: str) -> None:
    async with mail_box() as box:
        mailer = SmtpMailer(mail_server(f"smtp://127.0.0.1:{box.port}", SENDER))
        assert not await mailer.send(Letter(to, "Hello", "Text"))
    assert (box.letters, box.recipients) == ([], [])


async def test_nothing_in_a_text_becomes_a_header_or_a_second_letter() -> None:
    text = "Hello\r\nBcc: eve@example.org\r\n.\r\nMAIL FROM:<eve@example.org>\r\n"
    async with mail_box() as box:
        mailer = SmtpMailer(mail_server(f"smtp://127.0.0.1:{box.port}", SENDER))
        assert await mailer.send(Letter("bob@example.com", "Hi", text))
        assert not await mailer.send(Letter("bob@example.com", "Hi\r\nBcc: eve@example.org", "x"))
    (letter,) = box.letters
    assert letter["Bcc"] is None
    assert box.recipients == [["bob@example.com"]]


async def test_a_failure_is_told_and_logged_without_the_letter(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with mail_box() as box:
        box.refuse = True
        mailer = SmtpMailer(mail_server(f"smtp://127.0.0.1:{box.port}", SENDER))
        with caplog.at_level(logging.DEBUG):
            assert not await mailer.send(LETTER)
    ours = [record for record in caplog.records if record.name != "mail.log"]
    assert "mail could not be sent" in [record.message for record in ours]
    assert "lumen_link_secret" not in str([vars(record) for record in ours])


async def test_a_server_that_is_down_or_says_nothing_holds_nobody_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        mailer = SmtpMailer(mail_server(f"smtp://127.0.0.1:{port}", SENDER), timeout_s=0.2)
        assert not await mailer.send(LETTER)
    assert not await mailer.send(LETTER)
