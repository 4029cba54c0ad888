"""The demo ended and started again."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.demo.running import demo, sale, write_stores


def test_it_goes_on_after_ctrl_c_and_after_a_kill(tmp_path: Path) -> None:
    """Ctrl-C ends it in order; a SIGKILL right after a 202 loses nothing that was acknowledged."""
    folder = tmp_path / "data"
    write_stores(folder, "kept")
    with demo(folder, "--rate", "0.01") as first:
        assert first.post(sale("kept", "k-1", 100)).status_code == 202
    assert first.process.returncode == 0, first.log
    with demo(folder, "--rate", "0.01") as second:
        second.until("kept", net=100)
        assert second.post([sale("kept", f"k-{i}", 100) for i in range(2, 102)]).status_code == 202
        second.process.send_signal(signal.SIGKILL)
        second.process.wait()
    with demo(folder, "--rate", "0.01") as third:
        third.until("kept", net=10_100, orders=101)
        assert third.post(sale("kept", "k-1", 100)).status_code == 202
        assert third.post(sale("kept", "k-102", 100)).status_code == 202
        third.until("kept", net=10_200, orders=102)
        assert third.command("reconcile")["differences"] == []
