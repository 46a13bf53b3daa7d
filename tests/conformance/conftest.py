"""The line at the end of a test run: how many operations and cases were held to what.

Tests say with ``record_property("cases of ONNX", 3)`` how many they replayed.
"""

from collections import Counter


def pytest_terminal_summary(terminalreporter):
    passed = terminalreporter.stats.get("passed", [])
    parts = []
    if any("autograd/test_table.py" in report.nodeid for report in passed):
        from tests.autograd import cases

        rows = {op for case in cases.CASES for op in cases.MADE_OF.get(case.op, set()) | {case.op}}
        parts.append(f"{len(rows)} operations in the table of {len(cases.CASES)} cases")
    nasty = sum("autograd/test_nasty.py" in report.nodeid for report in passed)
    if nasty:
        parts.append(f"{nasty} nasty cases")
    counts: Counter[str] = Counter()
    for report in passed:
        counts.update(dict(report.user_properties))
    parts += [f"{n} {what}" for what, n in counts.items() if n]
    if parts:
        terminalreporter.write_line("checked: " + ", ".join(parts))
