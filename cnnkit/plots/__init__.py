"""The figures of the lessons. Each function draws one and shows it.

Lessons call these; the rest of the package does not.
"""

from cnnkit.plots.boxes import show_boxes
from cnnkit.plots.channels import show_channels
from cnnkit.plots.confusion import show_confusion
from cnnkit.plots.connections import show_connections, show_receptive_fields
from cnnkit.plots.curves import show_bars, show_curves
from cnnkit.plots.evolution import show_evolution
from cnnkit.plots.filter_uses import show_filter_uses
from cnnkit.plots.grids import show_correlation, show_grids
from cnnkit.plots.images import show_image, show_images
from cnnkit.plots.masks import show_masks
from cnnkit.plots.matrices import show_shared_weights
from cnnkit.plots.patches import show_patches
from cnnkit.plots.stops import show_stops, show_windows
from cnnkit.plots.style import use_style
from cnnkit.plots.transformed import show_transformed
from cnnkit.plots.volumes import show_stages
from cnnkit.plots.windows import show_im2col, show_pooling
from cnnkit.plots.words import show_words

__all__ = [
    "show_bars",
    "show_boxes",
    "show_channels",
    "show_confusion",
    "show_connections",
    "show_correlation",
    "show_curves",
    "show_evolution",
    "show_filter_uses",
    "show_grids",
    "show_im2col",
    "show_image",
    "show_images",
    "show_masks",
    "show_patches",
    "show_pooling",
    "show_receptive_fields",
    "show_shared_weights",
    "show_stages",
    "show_stops",
    "show_transformed",
    "show_windows",
    "show_words",
    "use_style",
]
