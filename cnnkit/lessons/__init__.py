"""Find the lessons, run them without a browser, keep them in one form.

This is the machinery behind `cnnkit run`, `make course` and `make notebooks`. It needs
Jupyter: `pip install "cnnkit[lab]"`.
"""

from cnnkit.lessons.find import Lesson, course_root, find_lessons, select

__all__ = ["Lesson", "course_root", "find_lessons", "select"]
