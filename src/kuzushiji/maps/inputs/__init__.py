"""What every method is given: the images, their features, principal components and nearest neighbours."""
