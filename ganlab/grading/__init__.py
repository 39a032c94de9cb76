"""Building and grading the notebooks. Floor 4: light, since students' kernels pass here.

Building: source.py reads a chapter's .py, release.py makes the student's notebook of it, build.py writes both.

Grading, in the order of a submission's way: submissions.py finds what was handed in (names.py reads what files are
called, archives.py opens zips, intake.py sorts by student); grade.py sends it to workers (pool.py), with what
assignment.py knows of the chapter; there worker.py has reading.py and repair.py mend it and sandbox.py run it in a
kernel between walls.py (its files lie in a folder of scratch.py's), while verdict.py runs the checks in the grader's
own process; cleaning.py takes out what a browser could run or fetch.
Back in grade.py the points go to gradebook.py, the student's page is pages.py's, journal.py notes what is finished,
scores.py and report.py tell the class, results.py writes it all, export.py tells the LMS.

kernel/ is what runs inside the sandbox, checks/ what a check is written with. preprocessors.py and settings.py set up
stock nbgrader, whose tools work on the same files; chapters.py knows where files lie.
"""
