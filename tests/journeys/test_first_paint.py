"""What a page shows first stays where it is while the scripts arrive."""

from playwright.sync_api import Page, expect

from tests.journeys.helpers import PHONE, sign_in

TOP = "main => main.getBoundingClientRect().top"
SCRIPT = "**/init.js"


def test_the_menu_of_a_phone_takes_no_room_before_its_script_runs(page: Page, served: str) -> None:
    sign_in(page, served, "grace.hall")
    page.set_viewport_size(PHONE)
    main, menu = page.locator("main"), page.get_by_role("list").filter(has=page.get_by_role("link", name="Deputies"))
    page.route(SCRIPT, lambda route: route.abort())
    page.reload()
    expect(menu).to_have_count(0)
    before = main.evaluate(TOP)
    # A menu whose script never comes can be used all the same.
    expect(menu).to_be_visible(timeout=10_000)

    page.unroute(SCRIPT)
    page.reload()
    expect(page.get_by_role("button", name="Menu")).to_be_visible()
    expect(menu).to_have_count(0)
    assert main.evaluate(TOP) == before
