"""Data sets as PyTorch, TensorFlow and Hugging Face expect them; the core imports none of these."""
