"""The stepper in a browser: clicks, keys, slider, light and dark, small screens, no JavaScript."""

import re

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from autograd.draw.theme import DARK, LIGHT
from tests.browser import walks
from tests.browser.conftest import prefer, scripting

WALKS = ["lecture", "diamond", "logistic", "perceptron"]
STATE = """
const ids = (s) => [...document.querySelectorAll(s)].map((e) => e.id);
const all = (s) => [...document.querySelectorAll(s)];
const seen = (s) => all(s).filter((e) => getComputedStyle(e).visibility !== "hidden");
const slider = document.getElementById("slider");
return {
  boxes: ids("g.node.lit"), edges: ids("g.edge.lit"), later: ids("g.node.later"),
  title: document.querySelector("#now b").textContent,
  lines: [...document.querySelectorAll("#now code")].map((e) => e.textContent),
  values: seen(".value").map((e) => e.textContent.trim()),
  gradients: Object.fromEntries(
    seen(".gradient").map((e) => [e.closest("g.node").id, e.textContent])),
  badges: [...document.querySelectorAll(".badge")].map((e) => e.textContent),
  count: document.getElementById("count").textContent, slider: +slider.value,
  told: slider.getAttribute("aria-valuetext"),
  off: [...document.querySelectorAll('button[aria-disabled="true"]')].map((e) => e.id),
};
"""


def opened(page, tmp_path, name):
    """The page of a walk, opened without a server; without animation, so that it can be read."""
    stepper = getattr(walks, name)()
    prefer(page, motion="reduce")
    page.get(stepper.save(tmp_path / f"{name}.html").as_uri())
    return stepper


def state(page) -> dict:
    return page.execute_script(STATE)


def click(page, *names):
    for name in names:
        page.find_element(By.ID, name).click()


def press(page, *keys):
    for key in keys:
        ActionChains(page).send_keys(key).perform()


def color(page, selector, what="fill"):
    script = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
    found = re.findall(r"\d+", page.execute_script(script, selector, what))
    return "#" + "".join(f"{int(n):02X}" for n in found[:3])


# Boxes and edges lit, and what the boxes say, at each step of the lecture's graph.
LECTURE = [
    ("n0 n1 n2", "", "a=5 b=3 c=2", {}),
    ("op3 n3", "n1-op3 n2-op3 op3-n3", "a=5 b=3 c=2 u=6", {}),
    ("op4 n4", "n0-op4 n3-op4 op4-n4", "a=5 b=3 c=2 u=6 v=11", {}),
    ("op5 n5", "c5_0-op5 n4-op5 op5-n5", "a=5 b=3 c=2 u=6 v=11 J=33", {}),
    ("n5", "", None, {"n5": "1"}),
    ("n4 op5 n5", "n4-op5 op5-n5", None, {"n4": "3"}),
    ("n0 n3 op4 n4", "n0-op4 n3-op4 op4-n4", None, {"n0": "3", "n3": "3"}),
    ("n1 n2 op3 n3", "n1-op3 n2-op3 op3-n3", None, {"n1": "6", "n2": "9"}),
    ("", "", None, {}),
]


def test_the_whole_walk_by_clicks(page, tmp_path, shots):
    stepper = opened(page, tmp_path, "lecture")
    known: dict = {}
    for k, (boxes, edges, values, gradients) in enumerate(LECTURE):
        now = state(page)
        assert sorted(now["boxes"]) == sorted(boxes.split())
        assert sorted(now["edges"]) == sorted(edges.split())
        assert (now["title"], now["lines"]) == (
            stepper.steps[k].title,
            list(stepper.steps[k].lines),
        )
        assert now["count"] == f"step {k + 1} of 9" and now["slider"] == k
        assert now["told"] == f"{k + 1} of 9: {stepper.steps[k].title}"
        shown = sorted(v.strip("= ") for v in now["values"])
        expected = (values or LECTURE[3][2]).split()
        assert shown == sorted(v.split("=")[1] for v in expected)
        known |= gradients
        assert {k: v.split(" = ")[1] for k, v in now["gradients"].items()} == known
        assert now["off"] == (["first", "back"] if k == 0 else ["next", "last"] if k == 8 else [])
        page.save_screenshot(str(shots / f"lecture-{k + 1}.png"))
        if k < 8:
            click(page, "next")
    click(page, "back", "back")
    assert state(page)["lines"] == ["dJ/da = dJ/dv = 3", "dJ/du = dJ/dv = 3"]
    assert set(state(page)["gradients"]) == {"n5", "n4", "n0", "n3"}
    click(page, "first")
    assert not state(page)["gradients"] and state(page)["slider"] == 0
    click(page, "last")
    assert state(page)["title"] == "Done: every gradient is known"


@pytest.mark.parametrize("name", WALKS)
def test_every_step_lights_what_its_text_says(page, tmp_path, shots, name):
    stepper = opened(page, tmp_path, name)
    for k, step in enumerate(stepper.steps):
        now = state(page)
        assert now["lines"] == list(step.lines)
        assert bool(now["boxes"]) == (step.phase != "end")
        if step.at is not None:
            assert f"n{step.at}" in now["boxes"] and now["edges"]
        for entry, (_, complete) in step.gradients.items():
            assert now["gradients"][f"n{entry}"].startswith("so far") == (not complete)
        assert bool(now["badges"]) >= any(not done for _, done in step.gradients.values())
        if k in {"logistic": (9, 18, 20), "perceptron": (3, 14)}.get(name, ()):
            page.save_screenshot(str(shots / f"{name}-{k + 1}.png"))
        press(page, Keys.ARROW_RIGHT)
    assert not state(page)["later"]


def test_waiting_and_adding_up(page, tmp_path, shots):
    opened(page, tmp_path, "diamond")
    press(page, *[Keys.ARROW_RIGHT] * 5)
    seen = []
    for k in range(5):
        now = state(page)
        seen.append((now["badges"], now["gradients"].get("n0")))
        page.save_screenshot(str(shots / f"diamond-{k + 6}.png"))
        press(page, Keys.ARROW_RIGHT)
    assert seen == [
        (["0 of 4"], None),
        (["1 of 4"], "so far 1"),
        (["1 of 4"], "so far 1"),
        (["2 of 4"], "so far -0.665"),
        (["4 of 4"], "dJ/dx = 2.973"),
    ]
    assert not state(page)["badges"]


def test_keys(page, tmp_path):
    opened(page, tmp_path, "lecture")
    for key, k in (
        (Keys.ARROW_RIGHT, 1), (Keys.ARROW_RIGHT, 2), (Keys.ARROW_LEFT, 1), (Keys.END, 8),
        (Keys.ARROW_RIGHT, 8), (Keys.HOME, 0), (Keys.ARROW_LEFT, 0),
    ):  # fmt: skip
        press(page, key)
        assert state(page)["slider"] == k
    press(page, Keys.SPACE)
    assert page.find_element(By.ID, "play").text == "Pause"
    WebDriverWait(page, 8).until(lambda p: state(p)["slider"] == 2)
    press(page, Keys.SPACE)
    assert page.find_element(By.ID, "play").text == "Play"
    press(page, Keys.END)
    press(page, Keys.SPACE)  # from the end it plays from the start
    assert state(page)["slider"] == 0
    click(page, "play")
    press(page, Keys.SPACE)  # on the button, which the click left the focus on: the button's own
    assert page.find_element(By.ID, "play").text == "Pause"
    click(page, "last")
    assert page.find_element(By.ID, "play").text == "Play"


def test_focus_is_seen_and_goes_through_the_controls(page, tmp_path, shots):
    opened(page, tmp_path, "lecture")
    click(page, "next")
    page.execute_script("document.activeElement.blur()")
    found = []
    for _ in range(10):
        press(page, Keys.TAB)
        found.append(page.execute_script(
            "const e = document.activeElement;"
            "return [e.id || e.className || e.tagName, getComputedStyle(e).outlineStyle]"
        ))  # fmt: skip
    assert {"next", "last", "slider"} <= {name for name, _ in found}
    assert all(outline == "solid" for name, outline in found if name not in ("BODY", "HTML"))
    page.find_element(By.ID, "next").send_keys(Keys.ENTER)
    assert state(page)["slider"] == 2
    page.save_screenshot(str(shots / "focus.png"))


def test_slider(page, tmp_path):
    opened(page, tmp_path, "lecture")
    slider = page.find_element(By.ID, "slider")
    ActionChains(page).move_to_element(slider).click().perform()
    assert state(page)["slider"] == 4 and state(page)["lines"] == ["dJ/dJ = 1"]
    width = slider.size["width"]
    ActionChains(page).click_and_hold(slider).move_by_offset(width // 4, 0).release().perform()
    assert state(page)["slider"] == 6 and state(page)["lines"][0] == "dJ/da = dJ/dv = 3"
    slider.send_keys(Keys.ARROW_LEFT)
    assert state(page)["slider"] == 5


def test_screen_readers(page, tmp_path):
    opened(page, tmp_path, "lecture")
    now = page.find_element(By.ID, "now")
    assert now.get_attribute("aria-live") == "polite" and now.aria_role == "status"
    for button in page.find_elements(By.TAG_NAME, "button"):
        assert button.aria_role == "button" and button.accessible_name
    slider = page.find_element(By.ID, "slider")
    assert (slider.aria_role, slider.accessible_name) == ("slider", "Step")
    assert page.find_element(By.TAG_NAME, "svg").accessible_name == "Backprop through J in 9 steps"


@pytest.mark.parametrize("scheme, theme", [("light", LIGHT), ("dark", DARK)])
def test_light_and_dark(page, tmp_path, shots, scheme, theme):
    opened(page, tmp_path, "diamond")
    prefer(page, scheme, "reduce")
    press(page, *[Keys.ARROW_RIGHT] * 6)
    assert color(page, "body", "backgroundColor") == theme.page
    assert color(page, "body", "color") == theme.text
    assert color(page, "svg > rect") == theme.page
    assert color(page, ".node.input > path, .node.input > rect") == theme.kinds["input"].fill
    assert color(page, ".node.input .gradient") == theme.gradient
    assert color(page, ".node.lit > path, .node.lit > rect", "stroke") == theme.gradient
    page.save_screenshot(str(shots / f"{scheme}.png"))


def test_a_theme_that_was_asked_for_stays(page, tmp_path):
    x = walks.leaf(2.0)
    stepper = walks.step_through(x * x, theme="dark")
    page.get(stepper.save(tmp_path / "dark.html").as_uri())
    assert color(page, "body", "backgroundColor") == DARK.page
    assert color(page, "svg > rect") == DARK.page


def test_reduced_motion(page, tmp_path):
    opened(page, tmp_path, "lecture")
    script = "return getComputedStyle(document.querySelector('g.node')).transitionDuration"
    assert page.execute_script(script) == "0s"
    prefer(page)
    assert page.execute_script(script) == "0.2s"


@pytest.mark.parametrize("name", WALKS)
def test_small_screen(page, tmp_path, shots, name):
    phone = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        stepper = opened(page, tmp_path, name)
        wide = page.execute_script("return document.documentElement.scrollWidth")
        assert wide <= 360
        for button in page.find_elements(By.TAG_NAME, "button"):
            assert button.size["height"] >= 44 and button.size["width"] >= 44
        inside = """
            const a = document.getElementById(arguments[0]).getBoundingClientRect();
            const b = document.querySelector(".picture").getBoundingClientRect();
            return a.right <= b.right + 1 && a.left >= b.left - 1
                && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;"""
        for step in stepper.steps[1:-1]:
            click(page, "next")
            if step.at is not None:
                assert page.execute_script(inside, f"n{step.at}")
        page.save_screenshot(str(shots / f"{name}-small.png"))
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_without_javascript(page, tmp_path, shots):
    stepper = walks.lecture()
    path = stepper.save(tmp_path / "walk.html")
    scripting(page, False)
    page.get(path.as_uri())
    assert not page.find_element(By.CSS_SELECTOR, ".bar").is_displayed()
    assert page.find_element(By.TAG_NAME, "svg").is_displayed()
    page.find_element(By.TAG_NAME, "summary").click()
    items = page.find_elements(By.TAG_NAME, "li")
    assert len(items) == 9 and "dJ/db = dJ/du * c = 3 * 2 = 6" in items[7].text
    page.save_screenshot(str(shots / "no-javascript.png"))


def in_a_notebook(stepper, path):
    output = stepper._repr_mimebundle_()["text/html"]
    path.write_text(f"<!DOCTYPE html><html><body><p>above</p>{output}<p>below</p></body></html>")
    return path.as_uri()


def test_in_a_frame(page, tmp_path, shots):
    page.get(in_a_notebook(walks.perceptron(), tmp_path / "output.html"))
    assert not page.find_elements(By.CSS_SELECTOR, "body > img")  # in the noscript
    frame = page.find_element(By.TAG_NAME, "iframe")
    page.switch_to.frame(frame)
    click(page, "last")
    assert state(page)["title"].startswith("Done")
    fits = "return document.documentElement.scrollHeight <= window.innerHeight + 1"
    WebDriverWait(page, 5).until(lambda p: p.execute_script(fits))
    page.find_element(By.TAG_NAME, "summary").click()
    WebDriverWait(page, 5).until(lambda p: p.execute_script(fits))
    page.switch_to.default_content()
    page.save_screenshot(str(shots / "frame.png"))


def test_in_a_frame_without_javascript(page, tmp_path, shots):
    uri = in_a_notebook(walks.lecture(), tmp_path / "output.html")
    scripting(page, False)
    page.get(uri)
    assert not page.find_element(By.TAG_NAME, "iframe").is_displayed()
    image = page.find_element(By.TAG_NAME, "img")
    assert image.is_displayed() and image.size["width"] > 300
    page.find_element(By.TAG_NAME, "summary").click()
    assert "dJ/db = dJ/du * c = 3 * 2 = 6" in page.find_element(By.TAG_NAME, "ol").text
    page.save_screenshot(str(shots / "frame-no-javascript.png"))


def test_hostile_names(page, tmp_path):
    name = "</script><script>document.title='hit'</script><img src=x onerror=alert(1)>\"'"
    x = walks.leaf(2.0, name)
    page.get(in_a_notebook(walks.step_through(x * x), tmp_path / "output.html"))
    page.switch_to.frame(page.find_element(By.TAG_NAME, "iframe"))
    assert page.execute_script("return document.title") == "Backprop through L in 5 steps"
    assert state(page)["lines"] == [f"{name} = 2"]
    click(page, "last")
    assert state(page)["title"].startswith("Done")
