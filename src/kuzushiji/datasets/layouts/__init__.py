"""The layouts in which data sets are stored, one module per layout: published files, folders of a user."""
