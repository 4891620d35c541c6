"""Saved outputs in one form: no noise, and nothing that differs between machines."""

import base64
import io
import re

KEPT_LIMIT = 150_000  # bytes of a PNG before its colours are reduced
DROPPED_TYPES = (
    "application/vnd.google.colaboratory.intrinsic+json",
    "application/vnd.jupyter.widget-view+json",
    "application/vnd.dataframe+json",
)
NATIVE_LOG = re.compile(
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] (tensorflow|external)/.*"
    r"|[IWE]\d{4} (00:00:)?\d+[\d.: ]*.*\.(cc|cu|h):\d+\] .*"
    r"|WARNING: All log messages before absl::InitializeLog\(\) is called .*"
    r"|To enable the following instructions: .*"
    r"|To enable them in other operations, rebuild TensorFlow .*)\n?",
    re.MULTILINE,
)
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
ABSOLUTE_PATH = re.compile(
    r"(?<![\w.:/])/(?:home|Users|root|tmp|private|var|opt|usr|mnt|work|content)/\S+"
    r"|\b[A-Z]:\\\S+"
    r"|file://\S+"
)
PROGRESS = re.compile(r"\d[mu]?s/(step|epoch|it)\b|\dit/s\b")


def clean_outputs(outputs, execution_count):
    """Bring a cell's outputs into their one form.

    Args:
        outputs: list of notebook output nodes.
        execution_count: int, of the cell.

    Returns:
        A new list of output dictionaries.
    """
    cleaned = []
    for output in outputs:
        output = dict(output)
        if output["output_type"] == "stream":
            output["text"] = _clean_text(_joined(output["text"]), output["name"])
            last = cleaned[-1] if cleaned else {}
            if not output["text"]:
                continue
            if last.get("name") == output["name"]:
                last["text"] += output["text"]
                continue
        elif "data" in output:
            output["data"] = {
                kind: ADDRESS.sub("", _joined(data)) if _is_text(kind) else data
                for kind, data in output["data"].items()
                if kind not in DROPPED_TYPES
            }
            output["metadata"] = {
                kind: value
                for kind, value in output.get("metadata", {}).items()
                if kind in output["data"]
            }
            if output["output_type"] == "execute_result":
                output["execution_count"] = execution_count
        cleaned.append(output)
    return cleaned


def output_problems(outputs):
    """Say what may not be saved.

    Args:
        outputs: list of notebook output nodes.

    Returns:
        A list of sentences.
    """
    found = []
    for output in outputs:
        if output["output_type"] == "error":
            found.append(f"it ends in {output['ename']}: {output['evalue']}"[:200])
            continue
        if output.get("name") == "stderr":
            found.append(f"it writes to stderr: {_excerpt(_joined(output['text']))}")
        if "image/svg+xml" in output.get("data", {}):
            found.append("it shows an SVG figure, which would be compared: use PNG")
        for text in _texts(output):
            for what, pattern in (
                ("an absolute path", ABSOLUTE_PATH),
                ("a progress bar's time", PROGRESS),
            ):
                if match := pattern.search(text):
                    found.append(f"its output holds {what}: {_excerpt(match.group())}")
    return found


def shrink_figures(outputs):
    """Reduce the colours of large PNG figures, in place.

    Args:
        outputs: list of notebook output nodes.
    """
    for output in outputs:
        data = output.get("data", {})
        if "image/png" in data:
            png = base64.b64decode(_joined(data["image/png"]))
            if len(png) > KEPT_LIMIT:
                data["image/png"] = base64.b64encode(_fewer_colours(png)).decode()


def _fewer_colours(png):
    from PIL import Image

    image = Image.open(io.BytesIO(png))
    if image.mode == "P":
        return png
    opaque = Image.new("RGBA", image.size, "white")
    opaque.alpha_composite(image.convert("RGBA"))
    buffer = io.BytesIO()
    opaque.convert("RGB").quantize(256, kmeans=3).save(buffer, "png", optimize=True)
    return min(png, buffer.getvalue(), key=len)


def _clean_text(text, stream):
    if stream == "stderr":
        text = NATIVE_LOG.sub("", text)
    return ADDRESS.sub("", text)


def _texts(output):
    if "text" in output:
        yield _joined(output["text"])
    for kind, data in output.get("data", {}).items():
        if _is_text(kind):
            yield _joined(data)


def _is_text(kind):
    return kind.startswith("text/")


def _joined(text):
    return "".join(text) if isinstance(text, list) else text


def _excerpt(text):
    return text.strip().splitlines()[0][:120] if text.strip() else repr(text)
