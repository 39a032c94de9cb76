"""Building and grading the notebooks. Floor 4: light, since students' kernels pass here.

Building: source.py reads a chapter's .py, release.py makes the student's notebook of it, build.py writes
both. Grading: submissions.py finds what was handed in, autograde.py takes one of them through nbgrader with
the steps of preprocessors.py, scores.py keeps and tabulates the points, grade.py is the order they act in.
chapters.py knows where files lie, settings.py how nbgrader is set up.
"""
