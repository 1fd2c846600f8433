from reporting.sections.shared import activations, search, switched_off, units, weights

__all__ = ["activations", "search", "switched_off", "units", "weights"]
