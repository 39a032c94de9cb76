"""Building and grading the notebooks. Floor 4: light, since students' kernels pass here.

Building: source.py reads a chapter's .py, release.py makes the student's notebook of it, build.py writes both.

Grading, in the order of a submission's way: submissions.py finds what was handed in (names.py reads what files are
called, archives.py opens zips, intake.py sorts by student); grade.py sends it to workers (pool.py); there worker.py has
reading.py and repair.py mend it and sandbox.py run it in a kernel between walls.py, while verdict.py runs the checks in
the grader's own process; cleaning.py takes out what a browser could run.
Back in grade.py the points go to gradebook.py, the student's page is pages.py's, journal.py notes what is finished,
scores.py and report.py tell the class, export.py the LMS.

kernel/ is what runs inside the sandbox, checks/ what a check is written with. preprocessors.py and settings.py set up
stock nbgrader, whose tools work on the same files; chapters.py knows where files lie.
"""
