"""A course of one small chapter, without torch: two exercises, a hidden test, a question, a training cell."""

from pathlib import Path

CHAPTER = "01_toy"
SOURCE = '''\
# %% [markdown]
# # A toy chapter

# %% setup=true
import os

# %% exercise="double"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x  # the secret of doubling
    ### END SOLUTION

# %% check="double" points=3
assert double(2) == 4, "2 should become 4"
### BEGIN HIDDEN TESTS
assert double(-21) == -42, "negative numbers double too"
### END HIDDEN TESTS

# %% exercise="triple"
def triple(x):
    ### BEGIN SOLUTION
    return 3 * x
    ### END SOLUTION

# %% check="triple" points=5
assert triple(3) == 9

# %% training=true
os.makedirs("results", exist_ok=True)
with open("results/trained.txt", "a") as file:
    file.write("trained, ")
print("training took", double(21), "steps")

# %% [markdown] question="why" points=2
# **Why?**
#
# <!-- BEGIN SOLUTION -->
# Because of the reference answer. Rubric: 2 points for saying so.
# <!-- END SOLUTION -->

# %%
print(open("data.txt").read())
'''


def write_course(root: Path, source: str = SOURCE) -> Path:
    """A course in `root` with the toy chapter and one data file."""
    folder = root / "solutions" / CHAPTER
    folder.mkdir(parents=True)
    (folder / f"{CHAPTER}.py").write_text(source)
    (folder / "data.txt").write_text("the data")
    return root
