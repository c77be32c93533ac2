"""What a trained network becomes: an ONNX file that was compared with Keras, its calibration and its card."""
