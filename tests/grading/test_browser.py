"""What a student wrote, opened in a real browser: the feedback page and formgrader run nothing of it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from nbconvert.filters import markdown2html, strip_files_prefix
from nbgrader.api import Gradebook

from ganlab.grading.build import build_chapter
from ganlab.grading.chapters import find_chapters
from ganlab.grading.cleaning import clean_markdown
from ganlab.grading.grade import grade_batch
from tests.grading.test_grade import DOUBLE, TRIPLE, cell, hand_in, notebook
from tests.grading.toy import CHAPTER, write_course

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
RUN = "document.documentElement.dataset.owned=1"
MARKDOWN = [
    f"<script>{RUN}</script>",
    f"<SCRIPT\n>{RUN}</SCRIPT>",
    f"<img src=x onerror='{RUN}'>",
    f"<svg onload='{RUN}'></svg>",
    f"<svg><script>{RUN}</script></svg>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<details open ontoggle='{RUN}'>x</details>",
    f"<b/onmouseover={RUN} style='position:fixed;inset:0'>x</b>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    f"<base href='javascript:{RUN}//'>",
    f"<style>@import 'javascript:{RUN}';</style><link rel=stylesheet href=javascript:{RUN}>",
    f"<math><mtext><img src=x onerror={RUN}></mtext></math>",
    f"<!--><img src=x onerror={RUN}>-->",
    f"<form action='javascript:{RUN}'><button autofocus onfocus='{RUN}'>x</button></form>",
    f"[click](javascript:{RUN})",
    f"[click](JaVa\tScript:{RUN})",
    f"[click](java&#115;cript:{RUN})",
    f"[click](&#x6a;avascript&colon;{RUN})",
    f"[click](data:text/html,<script>{RUN}</script>)",
    f"[ref]\n\n[ref]: javascript:{RUN}",
    f'![x](x"onerror="{RUN})',
    f'!["onerror={RUN} x="](x)',
    f'<https://x.y/"onmouseover={RUN}>',
    f"```<img src=x onerror={RUN}>\ncode\n```",
    f"~~~html\n<script>{RUN}</script>\n~~~",
    f"`<img src=x onerror={RUN}>` and ``` <script>{RUN}</script>",
    f"$\\href{{javascript:{RUN}}}{{x}}$ $$\\unicode{{<img src=x onerror={RUN}>}}$$",
    f"$<img src=x onerror={RUN}>$ \\(<script>{RUN}</script>\\)",
    f"| a |\n|---|\n| <img src=x onerror={RUN}> |",
    f"&lt;script&gt;{RUN}&lt;/script&gt; \\<script>{RUN}</script>",
    f"[click](&#1;java&NewLine;script\\:{RUN})",
    f"<javascript:{RUN}>",
    f"[click](data\\:text/html,<script>{RUN}</script>)",
    f"$\\csname href\\endcsname{{javascript\\:{RUN}}}{{x}}$ $\\mmlToken{{mi}}[href='javascript:{RUN}']{{y}}$",
    '```mermaid\ngraph TD; A-->B; click A href "javascript:' + RUN + '"\n```',
]
CLICKED = {  # what one click runs, as formgrader would show it
    "escaped": f"[click](javascript\\:{RUN})",
    "capitals": f"[click](<JAVASCRIPT\\:{RUN}>)",
    "reference": f"[ref]\n\n[ref]: javascript\\:{RUN}",
    "entity": f"[click](javascript&colon;{RUN})",
    "files": f"[click](/files/javascript\\:{RUN})",  # it takes "files/" away
    "picture": f"[![click](data:image/gif;base64,R0lGODlh)](javascript\\:{RUN})",
}
MARKDOWN += CLICKED.values()
OUTPUTS = [
    {"output_type": "display_data", "data": {"text/html": f"<script>{RUN}</script>", "text/plain": "kept text"}, "metadata": {}},
    {"output_type": "display_data", "data": {"application/javascript": RUN}, "metadata": {}},
    {"output_type": "display_data", "data": {"image/svg+xml": f"<svg onload='{RUN}'/>"}, "metadata": {}},
    {"output_type": "display_data", "data": {"image/png": f"x\" onerror=\"{RUN}"}, "metadata": {}},
    {"output_type": "display_data", "data": {"text/markdown": f"<script>{RUN}</script>"}, "metadata": {}},
    {"output_type": "display_data", "data": {"text/latex": f"$\\href{{javascript:{RUN}}}{{x}}$"}, "metadata": {}},
    {"output_type": "stream", "name": "stdout", "text": f"\x1b[31m<img src=x onerror={RUN}>\x1b[0m"},
    {"output_type": "error", "ename": f"<img src=x onerror={RUN}>", "evalue": "x", "traceback": [f"<script>{RUN}</script>"]},
]  # fmt: skip
STUDENT = "<img src=x onerror=boom>"


class Seen(BaseHTTPRequestHandler):
    """The student's own machine, which would like to know when the work is looked at."""

    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *about):
        pass


@pytest.fixture(scope="module")
def seen():
    with ThreadingHTTPServer(("127.0.0.1", 0), Seen) as server:
        server.asked, server.url = [], f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def graded(tmp_path_factory, empty_gradebook, seen):
    """A batch of one submission that tries everything."""
    course = write_course(tmp_path_factory.mktemp("course"))
    build_chapter(*find_chapters(course), execute=False)
    raising = f'    """<script>{RUN}</script>"""\n    raise ValueError("<img src=x onerror={RUN}>")'
    nb = notebook(course, raising, TRIPLE, "\n\n".join(MARKDOWN))
    for k, text in enumerate(MARKDOWN):
        nb["cells"].append(
            {
                "cell_type": "markdown",
                "id": f"m{k}",
                "metadata": {},
                "source": text,
                "attachments": {"x": {"text/html": text}},
            }
        )
    nb["cells"].append(
        {
            "cell_type": "raw",
            "id": "raw",
            "metadata": {"format": "text/html", "raw_mimetype": "text/html"},
            "source": MARKDOWN[0],
        }
    )
    training = next(each for each in nb["cells"] if "training" in each["metadata"].get("tags", []))
    training["outputs"] = OUTPUTS
    cell(nb, "setup")["source"] = MARKDOWN[0]
    for text in (f"![i]({seen.url}/track.png)", f"[![i]({seen.url}/track.svg)](x)\n\n<img src={seen.url}/tag.png>"):
        nb["cells"].append({"cell_type": "markdown", "id": "seen", "metadata": {}, "source": text})
    submitted = hand_in(course, {STUDENT: nb, "ann": notebook(course, DOUBLE, TRIPLE)})
    shutil.copy(empty_gradebook, course)
    grade_batch(submitted, course=course, output=course)
    return course


def student(course):
    """What the student is called, as a folder."""
    return next(path.name for path in (course / "feedback").iterdir() if path.name != "ann")


def browse(address, folder, *more):
    """The page's DOM after its scripts ran."""
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile", "--virtual-time-budget=4000",
               "--disable-background-networking", "--dump-dom", *more, address]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120).stdout


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_the_browser_would_notice(tmp_path, seen):
    page = tmp_path / "page.html"
    page.write_text(f"<html><body>{MARKDOWN[0]}</body></html>")
    assert 'data-owned="1"' in browse(page.as_uri(), tmp_path)
    page.write_text(markdown2html(f"![i]({seen.url}/control.png)"))
    browse(page.as_uri(), tmp_path)
    assert seen.asked == ["/control.png"]


# Clicks on all that a student wrote, and stays on the page where it leads to another.
CLICK = """() => {
    const stay = event => {
        const link = event.target.closest("a[href]");
        if (link && link.protocol !== "javascript:" && link.protocol !== "data:") event.preventDefault();
    };
    document.addEventListener("click", stay, true);
    const cells = [...document.querySelectorAll(".cell, .raw")];
    const parts = cells.flatMap(cell => [...cell.querySelectorAll("a, img, b, summary, button, span, text")]);
    parts.forEach(part => part.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true})));
    return parts.filter(part => part.tagName === "A").length;
}"""


def clicked(address, wait="domcontentloaded"):
    """How many links there are, what ran when all was clicked on, and where each link leads."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, headless=True, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(address, wait_until=wait)
        found = page.evaluate(CLICK)
        page.wait_for_timeout(500)
        owned = page.evaluate("document.documentElement.dataset.owned")
        protocols = page.evaluate("[...new Set([...document.querySelectorAll('a[href]')].map(link => link.protocol))]")
        browser.close()
    return found, owned, protocols


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
@pytest.mark.parametrize("name", CLICKED)
def test_a_click_would_be_noticed(tmp_path, name):
    page, text = tmp_path / "page.html", CLICKED[name]
    page.write_text(f'<div class="cell">{strip_files_prefix(markdown2html(text))}</div>')
    found, owned, protocols = clicked(page.as_uri())
    assert (found > 0, "javascript:" in protocols) == (True, True)
    assert owned == "1"
    page.write_text(f'<div class="cell">{strip_files_prefix(markdown2html(clean_markdown(text)))}</div>')
    assert clicked(page.as_uri()) == (0, None, [])


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_a_feedback_page_runs_nothing(graded, tmp_path, seen):
    page = graded / "feedback" / student(graded) / CHAPTER / f"{CHAPTER}.html"
    seen.asked.clear()
    dom = browse(page.as_uri(), tmp_path)
    assert seen.asked == []
    assert "5 of 10 points" in dom and "raised ValueError" in dom and "kept text" in dom
    assert "data-owned" not in dom.replace("dataset.owned", "") and "javascript:" not in links(dom)
    assert not [tag for tag in ("<iframe", "<form", "<base", "<svg", 'onerror="', "onload=") if tag in markup(dom)]


def markup(dom):
    """The tags of a page, without text."""
    return "\n".join("<" + part.split(">")[0] for part in dom.split("<")[1:])


def links(dom):
    return "\n".join(part.split('"')[0] for part in dom.split('href="')[1:])


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_formgrader_runs_nothing(graded, tmp_path, seen):
    """The instructor opens the submission in formgrader, which runs with the instructor's rights."""
    repository = Path(__file__).parents[2]
    shutil.copy(repository / "nbgrader_config.py", graded)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "server", "--allow-root", "--no-browser", f"--port={port}", "--IdentityProvider.token=t", "--ServerApp.port_retries=0",
               "--ServerApp.jpserver_extensions=nbgrader.server_extensions.formgrader=True", f"--ServerApp.root_dir={graded}"]  # fmt: skip
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "JUPYTER_RUNTIME_DIR": str(tmp_path / "run"), "HOME": str(tmp_path),
                   "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}  # fmt: skip
    with (tmp_path / "log").open("w") as log, Gradebook(f"sqlite:///{graded / 'gradebook.db'}") as book:
        entry = book.find_submission_notebook(CHAPTER, CHAPTER, student(graded)).id
        server = subprocess.Popen(command, cwd=graded, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/api?token=t")
            seen.asked.clear()
            address = f"http://127.0.0.1:{port}/formgrader/submissions/{entry}/?token=t"
            shot = os.environ.get("GANLAB_SCREENSHOTS")
            dom = browse(
                address, tmp_path, *([f"--screenshot={shot}/formgrader.png", "--window-size=1200,1600"] if shot else [])
            )
            found, owned, protocols = clicked(address)
        finally:
            server.terminate()
            server.wait(20)
    assert "check_double" in dom or "double" in dom, (tmp_path / "log").read_text()[-2000:]
    assert "kept text" in dom and found > 0
    assert owned is None and seen.asked == [] and set(protocols) == {"http:", "https:"}
    assert "data-owned" not in dom.replace("dataset.owned", "") and "javascript:document" not in links(dom)


def wait_for(address):
    for _ in range(120):
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"{address} does not answer")


@pytest.mark.parametrize(
    "text", ["a < b and b > c", "**bold** _it_ `x<y` $a<b$", "1 <2 <= 3 << 4", "| a | b |\n|---|---|\n| 1 | 2 |", "[link](https://example.org/?a=1&b=2)", "x & y &amp; z"]
)  # fmt: skip
def test_honest_text_stays_as_it_is(text):
    assert clean_markdown(text).replace("\u200b", "") == text
    assert json.dumps(clean_markdown(clean_markdown(text))) == json.dumps(clean_markdown(text))
