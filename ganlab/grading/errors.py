"""What a person can put right, said in one sentence."""


class CourseError(Exception):
    """Wrong input: the message says what is wrong, what was expected and what to do, without a traceback."""


class WrongOption(CourseError):
    """A wrong option of the command, which ends with 2."""
