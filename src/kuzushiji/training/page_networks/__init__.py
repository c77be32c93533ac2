"""Training of the networks that read pages, on composed pages: the detector and the column network."""
