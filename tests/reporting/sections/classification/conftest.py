"""Example results of the classification, and what its sections find in them."""

from tests.reporting.sections.classification.answers import findings_of
from tests.reporting.sections.invented_results import found_by, results_of

results = results_of("classification")
found = found_by(findings_of)
