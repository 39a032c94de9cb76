"""What runs inside the sandbox: a warm process that forks one kernel for each submission.

confine.py makes a forked child a prisoner, zygote.py forks on demand, child.py runs the cells and answers the
grader's questions. Nothing here trusts the student, and the grader trusts nothing that comes from here.
"""
