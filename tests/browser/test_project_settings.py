from playwright.async_api import Page, expect

from tests.browser.accessibility import violations


async def open_answers(page: Page) -> None:
    await page.get_by_role("button", name="Project actions").click()
    await page.get_by_role("menuitem", name="How answers are made").click()
    await expect(page.get_by_role("dialog", name="How answers are made")).to_be_visible()


async def test_how_answers_are_made_is_saved_and_can_be_taken_back(project: Page) -> None:
    await open_answers(project)
    await expect(project.get_by_label("Model", exact=True)).to_have_value("")
    await project.get_by_label("Model", exact=True).select_option(index=1)
    chosen = await project.get_by_label("Model", exact=True).input_value()
    await project.get_by_label("Passages for an answer").fill("12")
    await project.get_by_label("Temperature").fill("0.2")
    await project.get_by_label("Only these sites").fill("Example.org\nwww.example.com")
    await project.get_by_label("Results of a search").fill("9")
    await project.get_by_label("Read the project's documents as well").check()
    assert await violations(project) == []
    await project.get_by_role("button", name="Save").click()
    await expect(project.get_by_role("dialog")).to_have_count(0)
    await project.reload()
    await open_answers(project)
    await expect(project.get_by_label("Model", exact=True)).to_have_value(chosen)
    await expect(project.get_by_label("Passages for an answer")).to_have_value("12")
    await expect(project.get_by_label("Temperature")).to_have_value("0.2")
    await expect(project.get_by_label("Only these sites")).to_have_value("example.org\nexample.com")
    await expect(project.get_by_label("Results of a search")).to_have_value("9")
    await expect(project.get_by_label("Read the project's documents as well")).to_be_checked()
    await project.get_by_label("Model", exact=True).select_option("")
    await project.get_by_label("Passages for an answer").fill("")
    await project.get_by_role("button", name="Save").click()
    await expect(project.get_by_role("dialog")).to_have_count(0)
    await open_answers(project)
    await expect(project.get_by_label("Model", exact=True)).to_have_value("")
    await expect(project.get_by_label("Passages for an answer")).to_have_value("")


async def test_a_site_that_is_none_is_marked_where_it_was_written(project: Page) -> None:
    await open_answers(project)
    await project.get_by_label("Never these sites").fill("https://example.org/path")
    await project.get_by_role("button", name="Save").click()
    wrong = project.get_by_label("Never these sites")
    await expect(wrong).to_have_attribute("aria-invalid", "true")
    await expect(wrong).to_be_focused()
    await expect(project.get_by_text("Write a host name like example.com")).to_be_visible()
    await project.set_viewport_size({"width": 320, "height": 640})
    assert await violations(project) == []
