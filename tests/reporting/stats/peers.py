"""What statistics are held against."""

import numpy as np
from scipy.stats import t


def corrected_resampled_p_value(differences):
    """Two-sided p value of the corrected resampled t test of differences (k,) or (repetitions, k)."""
    error = np.std(differences, ddof=1) * np.sqrt(1 / differences.size + 1 / (differences.shape[-1] - 1))
    return float(2 * t.sf(abs(differences.mean()) / error, differences.size - 1))
