"""A headless Chromium that is driven by its debugging protocol."""

import base64
import itertools
import json
import subprocess
import time
from pathlib import Path
from urllib.request import urlopen

import websocket

WIDTH, HEIGHT = 1600, 920
PATIENCE = 60
# Odoo has drawn its view, and nothing is being loaded any more.
IS_DRAWN = (
    "document.readyState === 'complete'"
    " && !!document.querySelector('.o_action_manager > *, form.oe_login_form')"
    " && !document.querySelector('.o_loading_indicator, .o_blockUI')"
)


class Browser:
    """Use it as a context manager; it ends with the block."""

    def __init__(self, folder):
        self.folder, self.numbers = Path(folder), itertools.count(1)

    def __enter__(self):
        self.process = subprocess.Popen(
            [
                "chromium",
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                f"--user-data-dir={self.folder}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port = self._wait_for(self._find_port)
        with urlopen(f"http://127.0.0.1:{port}/json") as answer:
            pages = json.load(answer)
        page = next(page for page in pages if page["type"] == "page")
        self.socket = websocket.create_connection(
            page["webSocketDebuggerUrl"], timeout=PATIENCE
        )
        self._send(
            "Emulation.setDeviceMetricsOverride",
            width=WIDTH,
            height=HEIGHT,
            deviceScaleFactor=1,
            mobile=False,
        )
        return self

    def __exit__(self, *_error):
        self.socket.close()
        self.process.terminate()
        self.process.wait()

    def _find_port(self):
        """Chromium chooses a free one and writes it down."""
        file = self.folder / "DevToolsActivePort"
        return file.exists() and file.read_text().split("\n")[0]

    def _wait_for(self, find):
        for _try in range(PATIENCE * 4):
            if found := find():
                return found
            time.sleep(0.25)
        raise SystemExit("error: the browser did not get there in a minute")

    def _send(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != number:
            pass
        return answer.get("result", {})

    def run(self, script):
        """Value of a JavaScript expression."""
        answer = self._send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if problem := answer.get("exceptionDetails"):
            raise SystemExit(f"error: {script}: {problem['text']}")
        return answer["result"].get("value")

    def settle(self):
        time.sleep(1)
        self._wait_for(lambda: self.run(IS_DRAWN))
        time.sleep(1)

    def go(self, address):
        self._send("Page.navigate", url=address)
        self.settle()

    def click(self, selector, text):
        """Click what has that text."""
        self.run(
            f"[...document.querySelectorAll({selector!r})]"
            f".find((it) => it.textContent.trim() === {text!r}).click()"
        )
        self.settle()

    def take(self):
        """The picture as bytes of a PNG file."""
        return base64.b64decode(self._send("Page.captureScreenshot")["data"])
