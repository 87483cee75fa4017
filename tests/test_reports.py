"""The document that an import prints."""

from hub.reports import Problem, Report


def test_a_report_as_a_document() -> None:
    report = Report("posts", "markdown", 1, 2, 3, 4, (Problem("a.md", "no title"),))
    assert report.as_document() == {
        "kind": "posts",
        "format": "markdown",
        "new": 1,
        "changed": 2,
        "unchanged": 3,
        "refused": 4,
        "problems": [{"item": "a.md", "reason": "no title"}],
    }
