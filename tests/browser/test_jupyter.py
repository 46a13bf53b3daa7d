"""Drawings and the stepper in a running JupyterLab, and in what nbconvert makes of a notebook."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from autograd.draw.theme import DARK, LIGHT
from tests.browser.conftest import OUT, prefer
from tests.browser.test_stepper import click, color, state

ROOT = Path(__file__).parents[2]
CELLS = (
    "from autograd import Tensor, step_through\n"
    "from autograd.draw import draw\n"
    "a, b, c = (Tensor(v, requires_grad=True) for v in (5.0, 3.0, 2.0))\n"
    "u = b * c\nv = a + u\nJ = 3 * v\nJ.backward()\ndraw(J)",
    "step_through(J)",
)
READY = """
const context = jupyterapp.shell.currentWidget?.context?.sessionContext;
return context?.isReady && context.session?.kernel?.status === "idle";
"""
RUN = 'jupyterapp.commands.execute("notebook:run-all-cells")'


def notebook(path) -> Path:
    cells = [nbformat.v4.new_code_cell(text, id=f"cell-{k}") for k, text in enumerate(CELLS)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a notebook, one that was run elsewhere, and settings of its own."""
    home = tmp_path_factory.mktemp("jupyter")
    (home / "config").mkdir()
    settings = {
        "LabApp": {"expose_app_in_browser": True},
        "IdentityProvider": {"token": ""},
        "ServerApp": {"open_browser": False, "allow_root": True, "root_dir": str(home)},
    }
    (home / "config" / "jupyter_lab_config.json").write_text(json.dumps(settings))
    setting(home, "apputils-extension/notification", fetchNews="false", checkForUpdates=False)
    setting(home, "notebook-extension/tracker", autoStartDefaultKernel=True)
    notebook(home / "lecture.ipynb")
    return home


@pytest.fixture(scope="module")
def env(home):
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON"))}
    python = [str(ROOT), os.environ.get("PYTHONPATH")]
    return keep | {
        "JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "PYTHONPATH": os.pathsep.join(filter(None, python)),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }  # fmt: skip


@pytest.fixture(scope="module")
def executed(home, env):
    """The notebook as nbconvert ran it: signed by nobody here, so not trusted."""
    return convert(home, env, "--to", "notebook", "--execute", "--output", "executed.ipynb")


def convert(home, env, *options) -> Path:
    command = [sys.executable, "-m", "nbconvert", str(home / "lecture.ipynb"), *options]
    subprocess.run(command, env=env, check=True, capture_output=True, timeout=120)
    return home / options[-1]


@pytest.fixture(scope="module")
def lab(home, env, executed):
    """The address of a running JupyterLab."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    log = (home / "log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", f"--ServerApp.port={port}"],
        env=env, stdout=log, stderr=subprocess.STDOUT, cwd=home,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(240):
            assert server.poll() is None, (home / "log").read_text()
            try:
                urllib.request.urlopen(url + "api", timeout=2)
                break
            except OSError:
                time.sleep(0.25)
        yield url
    finally:
        server.terminate()  # asks its kernels to end, too, and they end with it
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def setting(home, plugin, **values):
    """What a user would set in JupyterLab."""
    path = home / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))


def set_theme(home, name):
    setting(home, "apputils-extension/themes", theme=name)


def wait(page, what, seconds=40):
    """Wait until it is true; if it never is, leave a picture of what was there instead."""
    try:
        return WebDriverWait(page, seconds).until(what)
    except TimeoutException:
        page.save_screenshot(str(OUT / "waited-in-vain.png"))
        raise


def find(selector):
    return lambda page: page.find_elements(By.CSS_SELECTOR, selector)


def opened(page, lab, name):
    page.get(f"{lab}lab/tree/{name}?reset")
    wait(page, find(".jp-Notebook .jp-Cell .cm-content"))


def in_frame(page):
    frame = wait(page, find("iframe.chalkgrad-steps"))[0]
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", frame)
    page.switch_to.frame(frame)
    wait(page, find("#now b"))


@pytest.mark.parametrize("name, theme", [("JupyterLab Light", LIGHT), ("JupyterLab Dark", DARK)])
def test_run_in_jupyterlab(page, home, lab, shots, name, theme):
    set_theme(home, name)
    prefer(page, "dark" if theme is LIGHT else "light", "reduce")  # JupyterLab's own goes first
    opened(page, lab, "lecture.ipynb")
    light = "return document.body.dataset.jpThemeLight"
    wait(page, lambda p: p.execute_script(light) == ("true" if theme is LIGHT else "false"))
    wait(page, lambda p: p.execute_script(READY))
    page.execute_script(RUN)
    drawing = wait(
        page, find('.jp-OutputArea-output [type="image/svg+xml"], .jp-OutputArea-output svg')
    )[0]
    assert drawing.is_displayed() and drawing.size["width"] > 300
    in_frame(page)
    assert color(page, "body", "backgroundColor") == theme.page
    click(page, "next")
    assert state(page)["lines"] == ["u = b * c = 3 * 2 = 6"]
    for _ in range(6):
        ActionChains(page).send_keys(Keys.ARROW_RIGHT).perform()
    assert state(page)["lines"] == [
        "dJ/db = dJ/du * c = 3 * 2 = 6",
        "dJ/dc = dJ/du * b = 3 * 3 = 9",
    ]
    fits = "return document.documentElement.scrollHeight <= window.innerHeight + 1"
    wait(page, lambda p: p.execute_script(fits), 5)
    page.switch_to.default_content()
    page.save_screenshot(str(shots / f"{name.lower().replace(' ', '-')}.png"))


def test_not_trusted_in_jupyterlab(page, home, lab, shots):
    set_theme(home, "JupyterLab Light")
    opened(page, lab, "executed.ipynb")
    images = wait(page, lambda p: len(f := find(".jp-OutputArea-output img")(p)) == 2 and f)
    assert not find("iframe.chalkgrad-steps")(page)
    for image in images:
        wait(page, lambda p, image=image: image.size["width"] > 300)
    summary = page.find_element(By.CSS_SELECTOR, ".jp-OutputArea-output summary")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", summary)
    summary.click()
    items = page.find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output li")
    assert len(items) == 9 and "dJ/db = dJ/du * c = 3 * 2 = 6" in items[7].text
    page.save_screenshot(str(shots / "jupyterlab-not-trusted.png"))


def test_exported_by_nbconvert(page, home, env, executed, shots):
    path = convert(home, env, "--to", "html", "--execute", "--output", "exported.html")
    prefer(page, "dark", "reduce")  # the export is light, and so are the steps in it
    page.get(path.as_uri())
    in_frame(page)
    assert color(page, "body", "backgroundColor") == LIGHT.page
    click(page, "last", "back")
    assert state(page)["lines"] == [
        "dJ/db = dJ/du * c = 3 * 2 = 6",
        "dJ/dc = dJ/du * b = 3 * 3 = 9",
    ]
    page.switch_to.default_content()
    page.save_screenshot(str(shots / "nbconvert.png"))
