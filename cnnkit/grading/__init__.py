"""Graded assignments: checks for learners, a sandbox and a grader for instructors."""

from cnnkit.grading.assignment import Assignment, Case, Question
from cnnkit.grading.check import check, hidden

__all__ = ["Assignment", "Case", "Question", "check", "hidden"]
