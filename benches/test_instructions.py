"""The comparison of instructions can fail: figures too high, too low, and of other runs.

    python3 test_instructions.py
"""

import unittest

from instructions import as_text, findings, read

COMMITTED = {"rebuild": 537_000_000, "nothing new": 154_700_000}


class Findings(unittest.TestCase):
    def found(self, percent: int) -> list[str]:
        counted = {name: of_run * (100 + percent) // 100 for name, of_run in COMMITTED.items()}
        return findings(COMMITTED, counted)

    def test_four_percent_either_way_is_let_pass(self):
        self.assertEqual(self.found(4) + self.found(-4), [])

    def test_six_percent_more_is_a_loss_of_each_run(self):
        lost = "+6.0 % instructions, a loss; if it is meant, make bench-instructions RENEW=1"
        self.assertEqual(self.found(6), [f"rebuild: {lost}", f"nothing new: {lost}"])

    def test_six_percent_less_is_a_gain_to_be_written_down(self):
        gained = "-6.0 % instructions, a gain: make bench-instructions RENEW=1"
        self.assertEqual(self.found(-6), [f"rebuild: {gained}", f"nothing new: {gained}"])

    def test_one_slower_run_is_enough(self):
        self.assertEqual(len(findings(COMMITTED, COMMITTED | {"rebuild": 570_000_000})), 1)

    def test_runs_that_are_not_committed_are_told(self):
        self.assertEqual(len(findings(COMMITTED, COMMITTED | {"night": 1})), 1)

    def test_what_is_written_is_read_again(self):
        self.assertEqual(read(as_text(COMMITTED)), COMMITTED)


if __name__ == "__main__":
    unittest.main()
