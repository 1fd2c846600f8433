"""The facts that the report's sentences depend on: computed, named, and true or false whichever way a run turns out.

Each field or property is a number that a sentence prints or a condition that decides which of two sentences stands.
"""

from reporting.findings.classification import ClassificationFindings, classification_findings
from reporting.findings.regression import RegressionFindings, regression_findings

__all__ = ["ClassificationFindings", "RegressionFindings", "classification_findings", "regression_findings"]
