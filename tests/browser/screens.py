"""What a person does on the screens, in one place."""

import re
from dataclasses import dataclass
from uuid import uuid4

from playwright.async_api import FilePayload, Locator, Page, expect

PASSWORD = "a lamp in the library"
EMAIL = "ada@example.org"
# Each page fills a chunk of its own, so that a citation can name the wrong one.
PDF_PAGES = [
    [
        "Annual report of the lighthouse keepers of the northern coast",
        "The board met four times, in Thurso, in Wick and twice in Durness.",
        "Its members thanked the harbour masters for their patience in winter.",
        "Visitors came by the mail boat from May until the end of August.",
        "A new landing stage was built of oak, with iron steps on its east side.",
        "The school children painted the boat house, which is now sky blue.",
        "Two puffins nested under the stairs and were left in peace.",
        "The library received eleven books on astronomy from a reader in Oslo.",
        "Post arrived on forty days and was late on nine of them because of fog.",
        "The garden behind the wall gave potatoes, kale and a few onions.",
    ],
    [
        "The lamp and its oil",
        "The lighthouse at Cape Wrath was lit for 312 nights this year.",
        "Its lamp consumed 4,120 litres of oil in total.",
        "The lens was cleaned every morning with vinegar and a linen cloth.",
        "The clockwork that turns the lens was wound every thirty minutes.",
        "Its weight falls through the tower on a chain of two hundred links.",
        "The old burner leaked and was exchanged for one made of brass.",
        "Ships at a distance of eighteen miles reported the beam in clear air.",
        "The wick was trimmed at midnight, and again two hours before dawn.",
        "The store holds oil for ninety nights, filled to the mark in October.",
    ],
    [
        "People and the foghorn",
        "Three keepers served on the rock, one more than the year before.",
        "The foghorn was replaced in September after it broke down twice.",
        "Its new compressor came from a shipyard in Aberdeen by rail and cart.",
        "The head keeper, Morag Sinclair, taught the others to repair valves.",
        "Holidays were taken in turns of three weeks, none in the storm months.",
        "A doctor visited in March and found everybody in good health.",
        "The wages rose by five percent, paid on the first day of each month.",
        "The rescue boat was launched six times and brought nineteen people in.",
        "The board proposes to hire a cook, since soup alone tires the crew.",
    ],
]
QUESTION = "How many litres of oil did the lamp consume?"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser's file field takes it."""

    name: str
    content: bytes
    media_type: str = "application/pdf"

    def payload(self) -> FilePayload:
        return {"name": self.name, "mimeType": self.media_type, "buffer": self.content}


async def sign_in(page: Page, url: str, *, email: str = EMAIL, password: str = PASSWORD) -> None:
    await page.goto(f"{url}/app")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def make_project(page: Page, name: str | None = None) -> str:
    """Make a project from home; its address."""
    named = name or f"Lighthouses {uuid4().hex[:8]}"
    await page.get_by_role("button", name=re.compile("New project|Make your first project")).click()
    await page.get_by_label("Name").fill(named)
    await page.get_by_role("button", name="Make the project").click()
    await expect(page.get_by_role("heading", level=1, name=named)).to_be_visible()
    return page.url


async def add_documents(page: Page, *uploads: Upload) -> None:
    await page.locator("input[type=file]").set_input_files([u.payload() for u in uploads])


def document_row(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=name)


async def ready(page: Page, name: str) -> None:
    """Wait until the document is ready, as the screen itself says it, live."""
    await expect(document_row(page, name).get_by_text("Ready")).to_be_visible(timeout=30_000)


async def ask(page: Page, question: str) -> None:
    await page.get_by_label("Your question").fill(question)
    await page.keyboard.press("Enter")


async def answered(page: Page) -> Locator:
    """The last answer, once it is whole."""
    answer = page.get_by_role("article", name="Answer").last
    await expect(answer.get_by_role("group", name="This answer")).to_be_visible(timeout=30_000)
    return answer
