"""Checks of the exercises: what a student's notebook imports.

A check takes the student's function, calls it on fresh inputs, and compares what comes back with an independent
computation or an analytic fact; it never reads the source. `check("04/count_hops", count_hops)` is the visible cell;
`ganlab grade` runs the same function with secret seeds and more rounds, in a process that the student's code never
enters. base.py says how a check is written, service.py is the student's side, wire.py what travels in between,
references.py keeps ganlab's own answers out of reach.
"""

from ganlab.grading.checks.base import Answer, CheckFailed, Exercise, check, exercises, find_exercise

__all__ = ["Answer", "CheckFailed", "Exercise", "check", "exercises", "find_exercise"]
