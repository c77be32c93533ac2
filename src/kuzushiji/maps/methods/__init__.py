"""The methods of dimension reduction, one module per family, and the registry of their names."""
