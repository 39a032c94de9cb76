"""The panel in JupyterLab, in a real browser: arrow keys move the slider, the figure follows."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
CELL = """\
import matplotlib.pyplot as plt
from ganlab.playground import explore
calls = []
def draw(h, kind):
    calls.append(h)
    if h == 0.5:
        raise ValueError("h = 0.5 <b>diverges</b>")
    fig, ax = plt.subplots(figsize=(4, 3), layout="constrained")
    ax.plot([0, h], [0, 1], "--" if kind == "dashed" else "-")
    ax.set(title=f"h = {h}, {kind}", xlim=(0, 1), xlabel="x", ylabel="y")
    return fig
explore(draw, h=[0.05, 0.1, 0.2, 0.3, 0.4, 0.5], kind=["solid", "dashed"], start={"h": 0.05})
"""
LEFT_OPEN = "print('open figures:', plt.get_fignums(), 'drawn:', len(calls))"
PICTURE = ".jp-OutputArea img.widget-image"


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_arrow_keys_redraw_the_figure(tmp_path):
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here")
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in (CELL, LEFT_OPEN)])
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nb, tmp_path / "play.ipynb")
    server, port = start_lab(tmp_path)
    try:
        with playwright.sync_playwright() as p:
            browser = p.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
            page = browser.new_page(viewport={"width": 1100, "height": 1000})
            page.goto(f"http://127.0.0.1:{port}/lab/tree/play.ipynb?token=t")
            try:
                try_panel(page)
            finally:
                shot(page, "end")
                browser.close()
    finally:
        server.terminate()
        server.wait(20)


def try_panel(page):
    page.get_by_text("| Idle").wait_for(timeout=240_000)  # before its kernel is there a cell does not run
    page.get_by_text("from ganlab.playground import explore").first.click(timeout=90_000)
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(PICTURE, timeout=240_000)  # the kernel imports torch first
    first = source(page)
    handle = page.locator(".jp-OutputArea .noUi-handle").first
    handle.focus()
    page.keyboard.press("ArrowRight")
    second = changed(page, first)
    for _ in range(3):  # quick moves: the last one is drawn
        page.keyboard.press("ArrowRight")
    third = changed(page, second)
    shot(page, "moved")
    page.keyboard.press("ArrowRight")
    alert = page.locator(".jp-OutputArea [role=alert]")
    alert.wait_for(timeout=20_000)
    said = alert.inner_text()
    assert "draw(h=0.5, kind='solid') raised ValueError: h = 0.5 <b>diverges</b>" in said
    assert not page.locator(PICTURE).is_visible()
    shot(page, "error")
    page.keyboard.press("ArrowLeft")
    alert.wait_for(state="detached", timeout=20_000)
    assert changed(page, "") == third != first
    page.get_by_text("print('open figures:'").first.click()
    page.keyboard.press("Shift+Enter")
    page.get_by_text("open figures: []").wait_for(timeout=20_000)
    assert page.locator(".jp-OutputArea img").count() == 1  # no second figure below


def source(page):
    """The picture's bytes, as text: the view hands them to the browser as a blob."""
    return page.evaluate(
        """async selector => { const image = document.querySelector(selector);
           const blob = await (await fetch(image.src)).blob();
           return Array.from(new Uint8Array(await blob.arrayBuffer())).join() }""",
        PICTURE,
    )


def changed(page, before):
    """The picture when it has become another and stays so for a while."""
    last, since = before, time.monotonic()
    for _ in range(200):
        now = source(page) if page.locator(PICTURE).is_visible() else before
        if now != last:
            last, since = now, time.monotonic()
        if last != before and time.monotonic() - since > 1.5:
            return last
        time.sleep(0.1)
    raise AssertionError("the picture did not change")


def shot(page, name):
    folder = os.environ.get("GANLAB_SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/panel_{name}.png")


def start_lab(folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", f"--port={port}", "--IdentityProvider.token=t",
               "--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]  # fmt: skip
    environment = {**os.environ, "HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder / ".config"), "JUPYTER_RUNTIME_DIR": str(folder / ".run"),
                   "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}  # fmt: skip
    environment.pop("MPLBACKEND", None)
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    for _ in range(180):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token=t", timeout=1) as answer:
                json.load(answer)
                return server, port
        except OSError:
            time.sleep(0.5)
    server.kill()
    raise AssertionError((folder / "lab.log").read_text()[-2000:])
