from reporting.sections.shared import search, weights, units, activations, switched_off

__all__ = ["activations", "search", "switched_off", "units", "weights"]
