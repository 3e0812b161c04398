"""Writes the small archives in Tests/References/archives with the libraries whose formats they are.

For maintainers only; the files are committed. Needs numpy, safetensors and ml_dtypes:

    python3 Tests/References/make_archives.py
"""

import zipfile
from pathlib import Path

import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

folder = Path(__file__).parent / "archives"
folder.mkdir(exist_ok=True)

arrays = {
    "W": np.arange(12, dtype=np.float64).reshape(3, 4) / 8 - 0.5,
    "b": np.array([0.25, -1.5, 3.0], dtype=np.float32),
    "scale": np.array(2.5),
    "order": np.array([[3, 1], [2, 0]], dtype=np.int64),
    "F": np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]),
    "half": np.array([1.0, -0.5, 65504.0], dtype=np.float16),
}
np.savez(folder / "stored.npz", **arrays)
np.savez_compressed(folder / "deflated.npz", **arrays)
np.savez(folder / "single.npz", X=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))

tensors = {name: np.array(values, order="C") for name, values in arrays.items()}
tensors["brain"] = np.array([1.0, -0.15625, 3.0e38], dtype=ml_dtypes.bfloat16)
tensors["flags"] = np.array([True, False, True])
layers = {f"layer.{name}": values for name, values in tensors.items()}
save_file(layers, folder / "weights.safetensors", metadata={"format": "pt"})

# Values of a program's parameters, as a training script saves them.
parameters = {"mu": np.array([0.5, -1.0]), "P": np.array([[2.0, 0.5], [0.5, 1.0]]), "well.height": np.array(2.5)}
np.savez(folder / "parameters.npz", **parameters)
save_file({f"network.{name}": values for name, values in parameters.items()}, folder / "parameters.safetensors")

# The form of archives above 4 GB, brought about by a limit that every number exceeds.
limit, zipfile.ZIP64_LIMIT = zipfile.ZIP64_LIMIT, 0
np.savez(folder / "zip64.npz", **{name: arrays[name] for name in ("W", "b")})
np.savez_compressed(folder / "zip64_deflated.npz", **{name: arrays[name] for name in ("W", "b")})
zipfile.ZIP64_LIMIT = limit
