"""What a check raises, and how a notebook shows it."""


class CheckFailed(AssertionError):
    """The answer is wrong; the message says which mistake it looks like."""

    def _render_traceback_(self) -> list[str]:
        """Give the lines that IPython shows: the sentence, without the lines of the package that led to it."""
        return [f"{type(self).__name__}: {self}"]
