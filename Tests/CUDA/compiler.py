"""Where CUDA's compiler is, if anywhere."""

import os
import pathlib
import shutil
import subprocess
import sys
import venv

import nvrtc

WHEELS = ["nvidia-cuda-nvcc", "nvidia-cuda-crt", "nvidia-nvvm", "nvidia-cuda-runtime", "nvidia-cuda-cccl",
          "nvidia-cuda-cuobjdump", "nvidia-cuda-nvdisasm", "nvidia-cuda-nvrtc"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Tools:
    """nvcc, the programs beside it, and its library where there is one."""

    def __init__(self, nvcc):
        self.nvcc = str(nvcc)
        beside = pathlib.Path(nvcc).parent / "cuobjdump"
        self.nvrtc = nvrtc.find(nvcc)
        self.cuobjdump = str(beside) if beside.exists() else shutil.which("cuobjdump")


def find(installs=True):
    """$NVCC, else nvcc on the PATH, else that of the wheels in .venv; None where there is none."""
    given = os.environ.get("NVCC") or shutil.which("nvcc")
    if given:
        return usable(given)
    found = in_environment()
    if installs and (found is None or nvrtc.find(found) is None) and install():
        found = in_environment()
    return found and usable(found)


def usable(nvcc):
    tools = Tools(nvcc)
    return tools if tools.cuobjdump and os.access(tools.nvcc, os.X_OK) else None


def in_environment():
    return next(iter(sorted((ROOT / ".venv").glob("lib/python*/site-packages/nvidia/cu*/bin/nvcc"))), None)


def install():
    """Whether the wheels could be had."""
    print("installing nvcc into .venv", file=sys.stderr)
    try:
        if not (ROOT / ".venv").exists():
            venv.create(ROOT / ".venv", with_pip=True)
        python = ROOT / ".venv" / "bin" / "python"
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"]
        return subprocess.run(command + WHEELS, capture_output=True, timeout=600).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
