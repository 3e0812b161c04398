"""NVIDIA's compiler as a library, which programs call while they run: it has no headers of C's, no host code, and other
names for what there is."""

import ctypes
import pathlib


class Compiler:
    """libnvrtc."""

    def __init__(self, path):
        self.library = ctypes.CDLL(str(path))

    def said(self, source, headers, architecture):
        """What the compiler says of a source, with headers {name: text}; nothing where all is well."""
        program = ctypes.c_void_p()
        names, texts = list(headers), list(headers.values())
        array = ctypes.c_char_p * len(headers)
        self._check(self.library.nvrtcCreateProgram(
            ctypes.byref(program), source.read_text().encode(), source.name.encode(), len(headers),
            array(*[text.encode() for text in texts]), array(*[name.encode() for name in names])))
        options = [f"--gpu-architecture={architecture}", "--std=c++17", "--display-error-number"]
        failed = self.library.nvrtcCompileProgram(
            program, len(options), (ctypes.c_char_p * len(options))(*[option.encode() for option in options]))
        size = ctypes.c_size_t()
        self._check(self.library.nvrtcGetProgramLogSize(program, ctypes.byref(size)))
        log = ctypes.create_string_buffer(size.value)
        self._check(self.library.nvrtcGetProgramLog(program, log))
        self._check(self.library.nvrtcDestroyProgram(ctypes.byref(program)))
        text = log.value.decode().strip()
        return text or (f"failed with {failed}" if failed else "")

    @staticmethod
    def _check(status):
        if status != 0:
            raise RuntimeError(f"libnvrtc returned {status}")


def find(nvcc):
    """The library beside a compiler; None where there is none."""
    root = pathlib.Path(nvcc).resolve().parents[1]
    for place in ("lib", "lib64"):
        for path in sorted((root / place).glob("libnvrtc.so*")):
            return Compiler(path)
    return None
