"""A map learned by a small network: through a bottleneck of 2 or 3 numbers and back (Keras)."""

from __future__ import annotations

import os

import numpy as np

from kuzushiji.maps.inputs.shared_work import Shared
from kuzushiji.maps.methods.method import Fitted, Job, Method

EPOCHS = 15
IMAGES = 70_000
_WIDTHS = (512, 128, 32)


def autoencoder(shared: Shared, job: Job) -> Fitted:
    """Dense autoencoder; learns from at most 70,000 images, then places all."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    from kuzushiji.maps.inputs.source import stratified

    keras.utils.set_random_seed(job.seed)
    n = len(shared)
    chosen = stratified(shared.features.source.labels, min(n, IMAGES), job.seed)
    rows = shared.features.rows(chosen)
    mean, scale = rows.mean(0), float(rows.std()) or 1.0
    rows = (rows - mean) / scale

    layers = keras.layers
    image = keras.Input((rows.shape[1],))
    x = image
    for width in _WIDTHS:
        x = layers.Dense(width, activation="gelu")(x)
    code = layers.Dense(job.dims, name="map")(x)
    x = code
    for width in reversed(_WIDTHS):
        x = layers.Dense(width, activation="gelu")(x)
    both = keras.Model(image, layers.Dense(rows.shape[1])(x))
    encoder = keras.Model(image, code)
    steps = EPOCHS * -(-len(rows) // 256)
    both.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)), loss="mse")
    history = both.fit(rows, rows, batch_size=256, epochs=EPOCHS, verbose=0)

    def transform(block: np.ndarray) -> np.ndarray:
        return np.asarray(encoder.predict((block - mean) / scale, batch_size=4096, verbose=0))

    points = np.concatenate([transform(b) for b in shared.features.blocks()])
    parameters = {
        "epochs": EPOCHS,
        "widths": list(_WIDTHS),
        "loss": round(float(history.history["loss"][-1]), 5),
    }
    note = f"learned from {len(chosen):,} of {n:,} images" if len(chosen) < n else ""
    return Fitted(points, parameters, note, None if shared.new is None else transform(shared.new))


METHODS = (
    Method("autoencoder", "Autoencoder", autoencoder, learns=IMAGES, modules=("keras",), extra="train"),
)
