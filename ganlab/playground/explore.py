"""The one call of a chapter: sliders where somebody can move them, a figure everywhere else."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ganlab.playground.state import State, Value, read_state

if TYPE_CHECKING:
    from ganlab.plots.picture import Draw


def explore(draw: Draw, *, start: Mapping[str, Value] | None = None, **choices: Iterable[Value]) -> None:
    """Show the figure that `draw` makes, with one slider for each choice.

    In a live notebook with ipywidgets each move of a slider, by mouse or by arrow keys, draws the figure anew; of
    quick moves the last one is drawn. An error of `draw` stands in the figure's place as one sentence.

    Without ipywidgets, and where a notebook is executed without a front end (nbclient, nbconvert, nbval, nbgrader),
    the figure of the start values is shown, with a line that says which values there are; an error is raised.

    Args:
        draw: called as draw(**values), one value of each choice; returns a new matplotlib Figure, which is closed
            after it was drawn. Trains nothing long: it runs at every move.
        start: the value shown first, for some or all choices; default: the middle one of each list.
        choices: for each slider a list of numbers or strings, in the order of the slider.

    Raises:
        TypeError: `draw` cannot be called with these choices or returns no figure; a choice holds other things.
        ValueError: a choice or the start makes no sense.

    Example:
        explore(lambda h: plots.trajectory(play(h)).figure, h=[0.01, 0.1, 0.5], start={"h": 0.1})

    """
    if not callable(draw):
        raise TypeError(f"draw must be a function that returns a figure, got {draw!r}.")
    state = read_state(choices, start)
    _check_call(draw, state)
    if live() and importlib.util.find_spec("ipywidgets") is not None:
        from ganlab.playground.panel import Panel

        _display(Panel(draw, state).bundle())
        return
    from ganlab.plots.picture import picture

    page = picture(lambda: draw(**state.start_drawing()))
    _display({"image/png": page, "text/plain": f"<Figure: {state}>"})
    rest = "; ".join(f"{choice.name}: {', '.join(choice.labels)}" for choice in state.choices)
    print(f"Shown: {state}. In a live notebook a slider goes through {rest}.")


def live() -> bool:
    """Whether somebody sits before the notebook: a front end says that it can be asked for input, nbclient cannot."""
    if "IPython" not in sys.modules or "NBGRADER_EXECUTION" in os.environ:
        return False
    kernel = getattr(sys.modules["IPython"].get_ipython(), "kernel", None)
    if kernel is None:
        return False
    request: Any = kernel.get_parent()
    return "google.colab" in sys.modules or bool(request.get("content", {}).get("allow_stdin", False))


def _check_call(draw: Draw, state: State) -> None:
    try:
        signature = inspect.signature(draw)
    except (TypeError, ValueError):  # a function written in C tells nothing
        return
    try:
        signature.bind(**state.wanted)
    except TypeError as error:
        listed = ", ".join(state.wanted)
        raise TypeError(f"draw must take the choices {listed} by name, but: {error}.") from None


def _display(bundle: dict[str, Any]) -> None:
    if "IPython" not in sys.modules or sys.modules["IPython"].get_ipython() is None:
        return  # a program, which nobody looks at
    from IPython.display import display

    display(bundle, raw=True)
