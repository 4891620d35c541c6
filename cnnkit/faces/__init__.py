"""Faces: who is it, and is it the one they claim to be?"""

from cnnkit.faces.gallery import NOT_RECOGNISED, Gallery

__all__ = ["NOT_RECOGNISED", "Gallery"]
