"""High-contribution areas as RepLKNet's erf/analyze_erf.py defines them, for tests/shared/receptiveField.test.ts.

log10(x + 1), divided by its largest; squares of 3 pixels or more around the centre, inside the map, whose share exceeds
the threshold. Run: python3 tools/goldens/metrics/erf_areas.py (NumPy)
"""
import numpy as np

side = 32
row, column = np.mgrid[0:side, 0:side] - side // 2
scores = np.log10(1000 * np.exp(-(row**2 + column**2) / 50) + 1)
scores /= scores.max()


def area(threshold):
    for radius in range(1, side // 2):
        square = scores[side // 2 - radius : side // 2 + radius + 1, side // 2 - radius : side // 2 + radius + 1]
        if square.sum() / scores.sum() > threshold:
            length = 2 * radius + 1
            return length, length / side * length / side
    return None, None


areas = [area(threshold) for threshold in (0.2, 0.3, 0.5, 0.99)]
print({"sides": [length for length, _ in areas], "ratios": [ratio for _, ratio in areas]})
