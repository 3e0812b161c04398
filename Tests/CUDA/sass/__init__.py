"""Machine code of NVIDIA's cards, run a thread at a time."""
