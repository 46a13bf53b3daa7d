"""The line at the end of a test run: how many operations and cases were held to what."""

import sys

from tests.conformance.counts import COUNTS


def pytest_terminal_summary(terminalreporter):
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", [])]
    parts = []
    if any("autograd/test_table.py" in name for name in passed):
        cases = sys.modules["tests.autograd.cases"]
        rows = {op for case in cases.CASES for op in cases.MADE_OF.get(case.op, set()) | {case.op}}
        parts.append(f"{len(rows)} operations in the table of {len(cases.CASES)} cases")
    nasty = sum("autograd/test_nasty.py" in name for name in passed)
    if nasty:
        parts.append(f"{nasty} nasty cases")
    parts += [f"{n} {what}" for what, n in COUNTS.items() if n]
    if parts:
        terminalreporter.write_line("checked: " + ", ".join(parts))
