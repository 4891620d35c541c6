"""Hair and beards."""

import numpy as np

from cnnkit.datasets._face.head import PARTS, surface
from cnnkit.datasets._sketch import CIRCLE, rounded


def around(centre, radii, place, turn=CIRCLE):
    """Return the outline of an ellipse that faces us wherever the head looks."""
    x, y, z = centre
    flat = np.column_stack(
        [x + turn[:, 0] * radii[0], y + turn[:, 1] * radii[1], np.full(len(turn), z)]
    )
    return place(flat)


def back_hair(sketch, person, place):
    style, volume, width = person["style"], person["volume"], person["width"]
    dark = 0.75 * person["hair"]
    crown = person["crown"]
    if style in ("long", "bob"):
        low = 1.75 if style == "long" else 0.95
        points = np.array(
            [
                [-1.05, -0.6],
                [-1.2, 0.2],
                [-1.2, low],
                [-0.5, low + 0.1],
                [0.5, low + 0.1],
                [1.2, low],
                [1.2, 0.2],
                [1.05, -0.6],
            ]
        )
        points *= [width * (0.9 + 0.1 * volume), 1]
        spots = np.column_stack([points, np.full(len(points), -0.35)])
        sketch.polygon(rounded(place(spots), 2), dark)
    if style == "curls":
        turn = np.linspace(0.85 * np.pi, 2.15 * np.pi, 11)
        radius = 0.30 * volume
        centres = np.stack([1.02 * width * np.cos(turn), crown * np.sin(turn) - 0.2], 1)
        spots = np.column_stack([centres, np.full(11, -0.25)])
        unit = np.hypot(
            *(place(np.array([[1.0, 0, 0]])) - place(np.array([[0, 0, 0]])))[0]
        )
        sketch.polygons([radius * unit * CIRCLE + spot for spot in place(spots)], dark)
    if style == "bun":
        sketch.polygon(around((0, -crown - 0.26, -0.3), (0.42, 0.36), place), dark)
    # The skull behind, which a turned head shows.
    colour = person["skin"] * 0.9 if style == "bald" else dark
    bulge = 1.0 if style in ("bald", "crop") else 1.0 + 0.06 * volume
    sketch.polygon(
        around((0, -0.22, -0.45), (0.98 * width * bulge, 0.93 * crown * bulge), place),
        colour,
    )


def front_hair(sketch, person, place):
    """Add the hair over the forehead, whose edge differs from style to style."""
    style = person["style"]
    if style == "bald":
        return
    width, crown = person["width"], person["crown"]
    line = -0.55 * crown + person["hairline"]
    extra = 0.2 * (person["volume"] - 1)
    reach = {"crop": 0.97, "curls": 1.10, "bob": 1.08}.get(style, 1.03) + extra
    tall = {"quiff": 1.20, "crop": 0.97, "curls": 1.10}.get(style, 1.04) + extra
    low = {"long": 0.75, "bob": 0.80, "crop": -0.05, "bun": -0.02}.get(style, 0.12)
    edge = {
        "parted": [
            [0.8, -0.2],
            [0.62, -0.3],
            [0.42, line - 0.16],
            [0.34, line - 0.22],
            [-0.2, line + 0.02],
            [-0.72, -0.22],
        ],
        "fringe": [
            [0.84, -0.12],
            [0.7, -0.30],
            [0.35, -0.33],
            [0.0, -0.30],
            [-0.4, -0.34],
            [-0.72, -0.28],
            [-0.84, -0.12],
        ],
        "quiff": [
            [0.86, -0.3],
            [0.62, line],
            [0.3, line - 0.18],
            [-0.3, line - 0.22],
            [-0.62, line - 0.05],
            [-0.86, -0.3],
        ],
        "curls": [
            [0.86, -0.1],
            [0.72, -0.3],
            [0.5, line + 0.02],
            [0.25, line + 0.1],
            [0.0, line],
            [-0.25, line + 0.1],
            [-0.5, line],
            [-0.72, -0.3],
            [-0.86, -0.1],
        ],
        "long": [
            [0.84, 0.3],
            [0.74, -0.2],
            [0.35, line - 0.1],
            [0.04, line - 0.22],
            [-0.04, line - 0.22],
            [-0.35, line - 0.1],
            [-0.74, -0.2],
            [-0.84, 0.3],
        ],
        "bob": [
            [0.80, 0.4],
            [0.74, -0.30],
            [0.35, -0.36],
            [-0.35, -0.36],
            [-0.74, -0.30],
            [-0.80, 0.4],
        ],
    }.get(
        style,
        [
            [0.9, -0.1],
            [0.8, -0.38],
            [0.5, line],
            [-0.5, line],
            [-0.8, -0.38],
            [-0.9, -0.1],
        ],
    )
    edge = np.array(edge) * [width * person["parting"], 1]
    if person["parting"] < 0:
        edge = edge[::-1]
    turn = np.linspace(np.pi, 2 * np.pi, 13)
    x = reach * width * np.cos(turn)
    if style == "quiff":
        x = x + 0.10 * person["parting"] * np.sin(turn) ** 4
    top = np.column_stack([x, -0.10 + tall * crown * np.sin(turn)])
    side, inner = reach * width, 0.88 * width
    outline = np.concatenate(
        [top, [[side, low], [inner, low]], edge, [[-inner, low], [-side, low]]]
    )
    z = np.concatenate(
        [np.full(13, 0.05), [0, 0.12], 0.95 * surface(person, *edge.T), [0.12, 0]]
    )
    colour = np.stack([1.25 * person["hair"], 0.95 * person["hair"]])
    sketch.polygon(rounded(place(np.column_stack([outline, z])), 1), colour)


def beard(sketch, person, points, place, scale):
    kind = person["beard"]
    if kind == "none":
        return
    contour = points[PARTS["contour"]]
    lips = points[PARTS["outer lips"]]
    hair = person["hair"] * 0.9
    if kind in ("stubble", "full"):
        upper = [
            [0.86 * person["width"], 0.45],
            [0.5, 0.62 * person["chin"]],
            [0.32, person["nose"] + 0.10],
            [0, person["nose"] + 0.10],
        ]
        upper = np.array(upper)
        upper = np.concatenate([upper, upper[-2::-1] * [-1, 1]])
        upper = np.column_stack([upper, surface(person, *upper.T)])
        outline = place(np.concatenate([contour[2:15], upper]))
        colour = hair if kind == "full" else 0.5 * hair + 0.5 * person["skin"]
        sketch.polygon(outline, colour, alpha=1.0 if kind == "full" else 0.55)
    if kind in ("moustache", "goatee"):
        x, y = lips[:, 0], lips[:, 1]
        half, top = 0.85 * x.max(), y.min()
        line = [[-half, top + 0.05], [0, top - 0.06], [half, top + 0.05]]
        spots = np.column_stack([line, surface(person, *np.array(line).T) + 0.06])
        sketch.limb(place(spots), np.array([0.05, 0.17, 0.05]) * scale, hair)
    if kind == "goatee":
        chin = person["chin"]
        y = (lips[:, 1].max() + chin) / 2 + 0.03
        sketch.polygon(
            around((0, y, 0.75), (0.24, 0.55 * (chin - y) + 0.06), place), hair
        )
