"""Training of the column network: strips of composed pages, their targets, the loss."""
