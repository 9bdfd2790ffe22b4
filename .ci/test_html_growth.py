import unittest

from html_growth import KINDS, grows


class Growth(unittest.TestCase):
    def test_pages_grow_as_they_are_asked_to(self):
        for name, make in KINDS.items():
            short, long = len(make(2000)), len(make(16000))
            self.assertTrue(4 * short < long < 9 * short, f"{name}: {short} {long}")

    def test_only_what_grows_with_the_length_fails(self):
        self.assertFalse(grows([100.0, 101.0, 99.0, 120.0]))
        self.assertFalse(grows([0.5, 0.5, 1.0, 2.0]))
        self.assertTrue(grows([100.0, 200.0, 400.0, 800.0]))


if __name__ == "__main__":
    unittest.main()
