"""A headless Chromium for the tests of what is drawn in a page: ``make test-browser``.

They run only when asked for, as they need Debian's chromium and chromium-driver, selenium and
JupyterLab; where one is missing they fail.
"""

import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "out" / "browser"
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--force-color-profile=srgb", "--hide-scrollbars",
)  # fmt: skip


def pytest_ignore_collect(collection_path, config):
    """Not part of a plain ``pytest``: only where this folder is named."""
    named = (str(a).split("::")[0] for a in config.invocation_params.args)
    asked = any(Path(a).exists() and Path(a).resolve().is_relative_to(HERE) for a in named)
    return None if asked else True


@pytest.fixture(scope="session")
def shots():
    """The folder for screenshots, to be looked at."""
    OUT.mkdir(parents=True, exist_ok=True)
    return OUT


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    """One browser for all tests."""
    from selenium import webdriver

    missing = [p for p in ("chromium", "chromedriver") if shutil.which(p) is None]
    assert not missing, f"not installed: {missing}; make test-browser installs them"
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    browser = webdriver.Chrome(options=options, service=service)
    browser.set_window_size(1000, 900)
    yield browser
    browser.quit()


@pytest.fixture
def page(driver):
    """The browser, in the light; at the end no error may stand in its console."""
    prefer(driver)
    driver.get_log("browser")
    yield driver
    scripting(driver, True)
    errors = [e["message"] for e in driver.get_log("browser") if e["level"] == "SEVERE"]
    theirs = ("favicon", "cdnjs.cloudflare.com")  # asked for by nbconvert's own template
    assert not [e for e in errors if not any(t in e for t in theirs)]


def prefer(driver, color="light", motion="no-preference"):
    """Set what the reader's system prefers."""
    features = [{"name": "prefers-color-scheme", "value": color},
                {"name": "prefers-reduced-motion", "value": motion}]  # fmt: skip
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def scripting(driver, on: bool):
    """Allow JavaScript, or not."""
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not on})
