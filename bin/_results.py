"""Counts what the parts of a test run left as JUnit XML.

`_results.py FOLDER PART...` prints a line for each part and fails if one failed, ran
nothing, or if a test was skipped in all parts that know it and so ran nowhere.
`_results.py --sum FOLDER` prints `PASSED FAILED SKIPPED` over all files of the folder.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree


@dataclass
class Counts:
    """How the tests of one part ended; failed includes errors in set-up and clean-up."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def ran(self) -> set[str]:
        """Return the names of the tests that were not skipped."""
        return {*self.passed, *self.failed}


def read_counts(path: Path) -> Counts:
    """Read one JUnit file; an expected failure (xfail) has run and passed."""
    counts = Counts()
    # Written a moment ago by our own test runner, not by a stranger.
    for case in ElementTree.parse(path).iter("testcase"):  # noqa: S314
        name = f"{case.get('classname')}::{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            counts.failed.append(name)
        elif skipped is not None and skipped.get("type") != "pytest.xfail":
            counts.skipped.append(name)
        else:
            counts.passed.append(name)
    return counts


def report(folder: Path, parts: list[str]) -> list[str]:
    """Print the parts' counts and return one sentence for each thing that is wrong."""
    complaints = []
    all_counts = []
    for part in parts:
        path = folder / f"{part}.xml"
        counts = read_counts(path) if path.exists() else Counts()
        all_counts.append(counts)
        print(
            f"{part}: {len(counts.passed)} passed, {len(counts.failed)} failed, "
            f"{len(counts.skipped)} skipped"
        )
        if not counts.ran:
            complaints.append(f"{part} ran no test.")
    ran = set().union(*(counts.ran for counts in all_counts))
    skipped = set().union(*(counts.skipped for counts in all_counts))
    if len(parts) > 1:  # one part alone cannot tell
        complaints += [f"{name} was skipped everywhere." for name in sorted(skipped - ran)]
    if any(counts.failed for counts in all_counts):
        complaints.append("Tests failed.")
    return complaints


def print_sum(folder: Path) -> None:
    """Print the sums of passed, failed and skipped tests on one line."""
    all_counts = [read_counts(path) for path in folder.glob("*.xml")]
    print(
        sum(len(counts.passed) for counts in all_counts),
        sum(len(counts.failed) for counts in all_counts),
        sum(len(counts.skipped) for counts in all_counts),
    )


if __name__ == "__main__":
    if sys.argv[1] == "--sum":
        print_sum(Path(sys.argv[2]))
    else:
        sys.exit("\n".join(report(Path(sys.argv[1]), sys.argv[2:])) or 0)
