"""The view: ipywidgets around a State. Imported only where a front end can show it."""

from __future__ import annotations

import asyncio
import html
from functools import partial
from typing import Any

import ipywidgets

from ganlab.playground.state import Choice, State, Value
from ganlab.plots.picture import Draw, picture

PAUSE = 0.05  # seconds in which further moves are waited for before one is drawn

VIEW = "application/vnd.jupyter.widget-view+json"


class Panel:
    """Sliders above a picture; a sentence in the picture's place where it could not be drawn."""

    def __init__(self, draw: Draw, state: State) -> None:
        self._draw, self._state, self._waiting = draw, state, False
        self.sliders = {choice.name: self._slider(choice) for choice in state.choices}
        # In its own size: a box would stretch it.
        shape = ipywidgets.Layout(align_self="flex-start", max_width="100%", object_fit="contain")
        self.image = ipywidgets.Image(format="png", layout=shape)
        self.said = ipywidgets.HTML()
        self.box = ipywidgets.VBox([*self.sliders.values(), self.said, self.image])
        self._redraw()

    def bundle(self) -> dict[str, Any]:
        """What a front end shows: the widget, or the first picture where a saved notebook is opened without it."""
        bundle: dict[str, Any] = {"text/plain": f"<Figure: {self._state}>"}
        bundle[VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        if self.image.value:
            bundle["image/png"] = bytes(self.image.value)  # the widget holds a memoryview
        return bundle

    def _slider(self, choice: Choice) -> Any:
        slider = ipywidgets.SelectionSlider(
            options=list(zip(choice.labels, range(len(choice.values)), strict=True)),
            value=self._state.position(choice.name),
            description=choice.name,
            continuous_update=True,
            layout=ipywidgets.Layout(width="28em"),
            style={"description_width": "initial"},
        )
        slider.observe(partial(self._moved, choice.name), names="value")
        return slider

    def _moved(self, name: str, change: dict[str, Any]) -> None:
        self._state.move(name, change["new"])
        if self._waiting:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel runs: moved by a program
            self._redraw()
            return
        self._waiting = True
        loop.call_later(PAUSE, self._redraw)

    def _redraw(self) -> None:
        self._waiting = False
        while self._state.stale:
            values = self._state.start_drawing()
            try:
                page, said = picture(partial(self._draw, **values)), ""
            except Exception as error:
                page, said = b"", _sentence(values, error)
            self.image.layout.display = "none" if said else None
            self.said.value, self.image.value = said, page


def _sentence(values: dict[str, Value], error: Exception) -> str:
    called = ", ".join(f"{name}={value!r}" for name, value in values.items())
    first = str(error).strip().split("\n")[0].rstrip(".")
    what = f"{type(error).__name__}: {first}" if first else type(error).__name__
    return f"<span role='alert'>No figure: <code>draw({html.escape(called)})</code> raised {html.escape(what)}.</span>"
