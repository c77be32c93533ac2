"""The report in a real browser: it fetches nothing, its table sorts and searches, and it fits a phone."""

import numpy as np
import pytest

from browser_support import launch
from kuzushiji.datasets import Dataset
from kuzushiji.evaluation import evaluate
from kuzushiji.evaluation.report import write_report


@pytest.fixture
def address(tiny_model, glyphs, tmp_path) -> str:
    """A report on 150 images; き is read worst."""
    from kuzushiji.weights import open_model

    truth = np.repeat([0, 1, 2], 50)
    labels = np.where((truth == 0) & (np.arange(150) % 5 == 0), 1, truth)
    data = Dataset("own", "all", glyphs[truth], labels.astype(np.int64), ("か", "き", "く"))
    model = open_model(tiny_model())
    return write_report(tmp_path / "report.html", evaluate(model, data), data, model).as_uri()


def test_report_in_a_browser(address: str) -> None:
    with launch(390, 800, color_scheme="dark") as page:
        page.goto(address)
        assert page.problems == []
        assert [u for u in page.requested if not u.startswith("data:")] == [address]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

        rows = page.locator("#every tbody tr")
        assert [rows.nth(i).locator("td").first.inner_text() for i in range(3)] == ["き", "か", "く"]
        head = page.locator("#every th button", has_text="code point")
        head.click()
        assert [rows.nth(i).locator("td").first.inner_text() for i in range(3)] == ["か", "き", "く"]
        head.click()
        assert rows.first.locator("td").first.inner_text() == "く"
        page.locator("input[type=search]").fill("KI")
        assert [rows.nth(i).is_visible() for i in range(3)] == [False, True, False]
        assert page.problems == []
