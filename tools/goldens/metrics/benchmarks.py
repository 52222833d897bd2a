"""Worked examples of the benchmark metrics, by numpy and scikit-learn, for tests/engine/metrics.

Every metric is written here a second time from its definition (the calibration error and the FPR as in the scripts of
hendrycks/natural-adv-examples, the top-5 distance as the double sum of the benchmark paper), not translated from ours.

Run: /usr/bin/python3 tools/goldens/metrics/benchmarks.py
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics

rng = np.random.default_rng(20241124)


def fpr_at_recall(truth, scores, level=0.95):
    order = np.argsort(scores, kind="mergesort")[::-1]
    truth, scores = truth[order], scores[order]
    ends = np.r_[np.where(np.diff(scores))[0], truth.size - 1]
    tps = np.cumsum(truth)[ends]
    fps = 1 + ends - tps
    last = tps.searchsorted(tps[-1])
    sl = slice(last, None, -1)
    recall = np.r_[(tps / tps[-1])[sl], 1]
    fps = np.r_[fps[sl], 0]
    return fps[np.argmin(np.abs(recall - level))] / np.sum(~truth)


detection = []
for n_pos, n_neg, decimals in [(40, 200, 6), (40, 200, 1), (7, 3, 1), (300, 100, 2)]:
    scores = np.round(np.r_[rng.normal(0.8, 1, n_pos), rng.normal(0, 1, n_neg)], decimals) + 0.0
    truth = np.r_[np.ones(n_pos, bool), np.zeros(n_neg, bool)]
    shuffle = rng.permutation(truth.size)
    scores, truth = scores[shuffle], truth[shuffle]
    detection.append({
        "scores": scores.tolist(), "positive": truth.tolist(),
        "aupr": metrics.average_precision_score(truth, scores),
        "auroc": metrics.roc_auc_score(truth, scores),
        "fprAt95": float(fpr_at_recall(truth, scores)),
    })

names = ["gaussian_noise", "shot_noise", "impulse_noise", "defocus_blur", "glass_blur", "motion_blur", "zoom_blur", "snow",
         "frost", "fog", "brightness", "contrast", "elastic_transform", "pixelate", "jpeg_compression",
         "speckle_noise", "gaussian_blur", "spatter", "saturate"]
errors = np.round(rng.uniform(0.2, 0.95, (19, 5)), 4)
base = np.round(rng.uniform(0.5, 0.99, (19, 5)), 4)
clean, base_clean = 0.18, 0.41
ce = 100 * errors.sum(1) / base.sum(1)
relative = 100 * (errors - clean).sum(1) / (base - base_clean).sum(1)
corruption = {
    "errors": dict(zip(names, errors.tolist())), "clean": clean,
    "baseline": {"errors": dict(zip(names, base.tolist())), "clean": base_clean},
    "ce": dict(zip(names, ce.tolist())), "relativeCe": dict(zip(names, relative.tolist())),
    "mce": ce[:15].mean(), "relativeMce": relative[:15].mean(),
    "meanAccuracyAt5": 1 - errors[:, 4].mean(), "meanError": errors.mean(),
}


def calib_err(confidence, correct, p, beta, every_bin):
    order = np.argsort(confidence, kind="stable")
    confidence, correct = confidence[order], correct[order]
    bins = [[i * beta, (i + 1) * beta] for i in range(len(confidence) // beta)] or [[0, len(confidence)]]
    bins[-1] = [bins[-1][0], len(confidence)]
    total = 0.0
    for start, end in bins if every_bin else bins[:-1]:
        gap = abs(confidence[start:end].mean() - correct[start:end].mean())
        weight = (end - start) / len(confidence)
        total = max(total, gap) if p == "inf" else total + weight * gap ** int(p)
    return total ** 0.5 if p == "2" else total


confidence = rng.uniform(0.05, 1, 1037)
correct = rng.uniform(0, 1, 1037) < confidence ** 1.5
order = np.argsort(-confidence, kind="stable")
edges = np.linspace(0, 1, 11)
which = np.clip(np.digitize(confidence, edges, right=True) - 1, 0, 9)
ece = sum(np.mean(which == b) * abs(correct[which == b].mean() - confidence[which == b].mean()) for b in range(10))
calibration = {
    "confidence": confidence.tolist(), "correct": correct.tolist(),
    "full": {p: calib_err(confidence, correct, p, 100, True) for p in ("1", "2", "inf")},
    "authors": {p: calib_err(confidence, correct, p, 100, False) for p in ("1", "2", "inf")},
    "ece": float(ece),
    "aurra": float(np.mean(np.cumsum(correct[order]) / np.arange(1, 1038))),
}


def top5(sigma):
    """Hendrycks and Dietterich 2019: sum over i <= 5 of the sum over j between i and sigma(i) of 1(1 <= j - 1 <= 5)."""
    return sum(
        1
        for i in range(1, 6)
        for j in range(min(i, sigma[i - 1]) + 1, max(i, sigma[i - 1]) + 1)
        if 1 <= j - 1 <= 5
    )


# Drawn for a value that is gone: the sequences keep their numbers.
rng.normal(size=200 * 8)
rng.random(200)
sequences = []
for frames in (31, 41, 2):
    z = np.cumsum(rng.normal(0, 0.6, (frames, 12)), axis=0)
    orders = np.argsort(-z, axis=1, kind="stable")
    ranks = np.argsort(orders, axis=1) + 1
    distance = {}
    for rule in ("previous", "first"):
        pairs = [(0 if rule == "first" else j - 1, j) for j in range(1, frames)]
        sigmas = [[int(ranks[j][k]) for k in orders[r]] for r, j in pairs]
        distance[rule] = {
            "flip": float(np.mean([orders[r][0] != orders[j][0] for r, j in pairs])),
            "top5": float(np.mean([top5(s) for s in sigmas])),
        }
    sequences.append({"orders": orders.tolist(), **distance})

golden = {
    "madeWith": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "detection": detection, "corruption": corruption, "calibration": calibration, "sequences": sequences,
}
target = Path(__file__).resolve().parents[3] / "tests/engine/metrics/benchmarks.golden.json"
target.write_text(json.dumps(golden) + "\n")
