"""Links that reach their person by mail."""

from pathlib import Path

import pytest

from app.bootstrap.parts import Models
from app.db.engine import Database
from tests.fixtures.mail import mail_box
from tests.fixtures.site import open_site
from tests.http.signing import person


@pytest.mark.parametrize(
    ("hashed", "subject"), [(None, "Your invitation to Lumen"), ("-", "Your new password")]
)
async def test_the_letter_holds_the_link_that_the_answer_shows(
    database: Database, models: Models, tmp_path: Path, hashed: str | None, subject: str
) -> None:
    async with mail_box() as box:
        mail = {"smtp_url": f"smtp://127.0.0.1:{box.port}", "smtp_from": "lumen@example.com"}
        async with (
            open_site(database, models, tmp_path, **mail) as site,
            await site.set_up() as ada,
        ):
            bob = await person(site, "Bob", password_hash=hashed)
            link = (await ada.post(f"/users/{bob.id}/link")).json()["link"]
    assert link["emailed"] is True
    (letter,) = box.letters
    assert (letter["To"], letter["Subject"]) == ("bob@example.com", subject)
    assert link["url"] in letter.get_content()


async def test_without_its_mail_server_a_link_is_still_made(
    database: Database, models: Models, tmp_path: Path
) -> None:
    async with mail_box() as box:
        mail = {"smtp_url": f"smtp://127.0.0.1:{box.port}", "smtp_from": "lumen@example.com"}
    async with open_site(database, models, tmp_path, **mail) as site, await site.set_up() as ada:
        bob = await person(site, "Bob")
        answer = await ada.post(f"/users/{bob.id}/link")
    assert (answer.status_code, answer.json()["link"]["emailed"]) == (201, False)


async def test_whoever_is_made_without_a_password_gets_their_invitation(
    database: Database, models: Models, tmp_path: Path
) -> None:
    async with mail_box() as box:
        mail = {"smtp_url": f"smtp://127.0.0.1:{box.port}", "smtp_from": "lumen@example.com"}
        async with (
            open_site(database, models, tmp_path, **mail) as site,
            await site.set_up() as ada,
        ):
            made = await ada.post("/users", json={"name": "Bob", "email": "bob@example.com"})
    invitation = made.json()["invitation"]
    assert invitation["emailed"] is True
    assert invitation["url"] in box.letters[0].get_content()
