"""Graded assignments: checks for learners, a sandbox and a grader for instructors."""

from cnnkit.grading._check import check, hidden
from cnnkit.grading.assignment import Assignment, Case, Question

__all__ = ["Assignment", "Case", "Question", "check", "hidden"]
