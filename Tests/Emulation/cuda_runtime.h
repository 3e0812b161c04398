// Stands where sources include CUDA's: cuda_emulator.h, which comes before them, has all of it.
