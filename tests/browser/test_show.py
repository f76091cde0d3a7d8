"""``dynateach show``: one topic in the whole window."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.jupyter import look, serve_topic


def test_a_topic_fills_any_window_and_its_controls_are_live(page: Page, tmp_path: Path) -> None:
    with serve_topic("hashing", tmp_path) as server:
        page.goto(f"{server.address}{server.page}?token={server.token}")
        page.locator("body.ready").wait_for()
        topic = page.frame_locator("iframe")
        title = topic.locator(".gtitle")
        expect(title).to_contain_text("The load is even")
        look(page, "show-light")

        topic.get_by_role("combobox", name="partition key").select_option("order status")
        expect(title).to_contain_text("its ceiling of 1,000 WCU/s")
        expect(topic.get_by_role("tab", name="One hot key")).to_be_visible()
        for hidden in ("#jp-top-panel", ".jp-NotebookPanel-toolbar", ".jp-InputArea"):
            expect(topic.locator(hidden)).not_to_be_visible()

        page.set_viewport_size({"width": 1920, "height": 1080})
        page.emulate_media(color_scheme="dark")
        expect(topic.locator("body[data-jp-theme-light='false']")).to_have_count(1)
        frame = page.locator("iframe").bounding_box()
        assert frame == {"x": 0, "y": 0, "width": 1920, "height": 1080}
        page.wait_for_function(
            """() => { const inside = document.querySelector("iframe").contentWindow;
                       const picture = inside.document.querySelector(".js-plotly-plot");
                       return inside.devicePixelRatio === 1.5 && inside.getComputedStyle(picture).opacity === "1"
                           && picture.querySelector(".main-svg").clientWidth > 0.9 * inside.innerWidth; }"""
        )
        look(page, "show-dark")
        page.goto("about:blank")
