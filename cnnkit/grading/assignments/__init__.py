"""The assignments of the course, one module each.

A module holds all that an assignment is, but for its prose: questions, points, what
the learner's check tries, what marks rest on, hints. Notebooks are built from the
masters in `notebooks/assignments/masters/`.
"""

import importlib

MODULES = {
    "a1": "a1_convolution_in_numpy",
    "a2": "a2_first_convnet",
    "a3": "a3_residual_network",
    "a4": "a4_transfer_learning",
    "a5": "a5_yolo",
    "a6": "a6_anchors_and_average_precision",
    "a7": "a7_triplets_and_gallery",
    "a8": "a8_style_transfer",
}


def find_assignment(name):
    """Find an assignment by its short name.

    Args:
        name: string, as "a1".

    Returns:
        An `Assignment`.

    Raises:
        LookupError: if there is none.
    """
    if name not in MODULES:
        raise LookupError(
            f"There is no assignment {name!r}. There are: {', '.join(MODULES)}."
        )
    return importlib.import_module(f"{__name__}.{MODULES[name]}").ASSIGNMENT
