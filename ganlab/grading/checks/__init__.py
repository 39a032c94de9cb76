"""Checks of the exercises: what a student's notebook imports.

A check takes the student's function, calls it on fresh inputs, and compares what comes back with an independent
computation or an analytic fact; it never reads the source. `check("04/count_hops", count_hops)` is the visible cell;
grading runs the same function with a secret seed and more rounds.
"""

from ganlab.grading.checks.base import Answer, CheckFailed, Exercise, check, exercises, find_exercise

__all__ = ["Answer", "CheckFailed", "Exercise", "check", "exercises", "find_exercise"]
