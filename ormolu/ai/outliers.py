"""Detectors of pyod by name, on seasonal features; the library is an extra and imported when first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from ormolu.ai.panel import Floats
from ormolu.ai.seasonal import median
from ormolu.errors import FeatureNotSupported

Mask = npt.NDArray[np.bool_]

# name: module of pyod.models, class, whether it takes a random_state
OUTLIER_DETECTORS: dict[str, tuple[str, str, bool]] = {
    "iforest": ("iforest", "IForest", True),
    "ecod": ("ecod", "ECOD", False),
    "copod": ("copod", "COPOD", False),
    "knn": ("knn", "KNN", False),
    "lof": ("lof", "LOF", False),
    "hbos": ("hbos", "HBOS", False),
    "pca": ("pca", "PCA", True),
    "mcd": ("mcd", "MCD", True),
    "cblof": ("cblof", "CBLOF", True),
    "inne": ("inne", "INNE", True),
    "loda": ("loda", "LODA", False),
    "ocsvm": ("ocsvm", "OCSVM", False),
    "kde": ("kde", "KDE", False),
}
CONTAMINATION = 0.01  # the share of past periods that a detector may call outliers, at a sensitivity of 0.95
CONTAMINATION_MAX = 0.2
TRAINING_ROWS_MIN = 50
TRAINING_ROWS_MAX = 5_000
REFIT_PERIODS = 28
SEED = 7


def flag_outliers(method: str, scores: Floats, *, strictness: float) -> tuple[Mask, dict[tuple[int, int], str]]:
    """Which cells the detector calls outliers, and in words how clearly.

    It learns from the periods before, of all series together, outliers left out, and again every 28 periods.
    """
    module, name, has_seed = OUTLIER_DETECTORS[method]
    detector = _detector(module, name)
    share = min(CONTAMINATION / strictness**2, CONTAMINATION_MAX)
    settings: dict[str, Any] = {"contamination": share} | ({"random_state": SEED} if has_seed else {})
    features = _features(scores)
    is_known: Mask = np.asarray(np.isfinite(features).all(axis=2))
    is_outlier = np.zeros(scores.shape, dtype=bool)
    notes: dict[tuple[int, int], str] = {}
    for start in range(0, scores.shape[1], REFIT_PERIODS):
        usual = is_known[:, :start] & ~is_outlier[:, :start]
        past = features[:, :start][usual][-TRAINING_ROWS_MAX:]
        block = slice(start, start + REFIT_PERIODS)
        rows, periods = np.nonzero(is_known[:, block])
        if len(past) < TRAINING_ROWS_MIN or len(rows) == 0:
            continue
        fitted = detector(**settings).fit(past)
        found = fitted.decision_function(features[:, block][rows, periods])
        for row, period, value in zip(rows, periods + start, found, strict=True):
            if value > fitted.threshold_:
                is_outlier[row, period] = True
                notes[int(row), int(period)] = f"{method} {value:.3g}, above {fitted.threshold_:.3g} of the past"
    return is_outlier, notes


def _features(scores: Floats) -> Floats:
    """Per cell: its score, and how far it lies off the score before and off the median of the last four."""
    before = np.roll(scores, 1, axis=1)
    before[:, :1] = np.nan
    recent = np.full_like(scores, np.nan)
    for period in range(1, scores.shape[1]):
        recent[:, period] = median(scores[:, max(period - 4, 0) : period])
    return np.stack([scores, scores - before, scores - recent], axis=2)


def _detector(module: str, name: str) -> Any:  # pyod has no types
    try:
        loaded: Any = import_module(f"pyod.models.{module}")
    except ModuleNotFoundError as error:
        raise FeatureNotSupported(
            f"the anomaly method '{module}' needs the package '{error.name}'",
            hint="pip install 'ormolu[anomaly]', or take the method 'robust', which needs nothing more.",
        ) from error
    return getattr(loaded, name)
