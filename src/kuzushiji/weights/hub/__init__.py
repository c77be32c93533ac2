"""Models of the Hugging Face Hub: fetched by address, and written as a folder that is ready to upload.

Both need the extra ``hub`` (``huggingface_hub``), and import it when they are called.
"""

from kuzushiji.weights.hub.fetching import PREFIX, fetch
from kuzushiji.weights.hub.folder import write_folder

__all__ = ["PREFIX", "fetch", "write_folder"]
