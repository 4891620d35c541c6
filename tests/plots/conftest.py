import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def figure(monkeypatch):
    """Draw without a screen and hand over the figure that was shown."""
    plt.switch_backend("agg")
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.gcf()))

    def last():
        shown[-1].canvas.draw()
        return shown[-1]

    yield last
    plt.close("all")
