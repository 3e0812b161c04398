/// What every source of the CUDA target begins with: all that only a GPU's compiler understands has a name here.
enum CUDAPreamble {
  static func text(_ dialect: Dialect) -> String {
    """
    // --- device spellings (an emulator replaces these) ---
    #ifndef EE_EMULATED
    #define EE_FUNCTION [[maybe_unused]] static __host__ __device__ inline
    #define EE_DEVICE [[maybe_unused]] static __device__ __forceinline__
    #define EE_OUTLINE [[maybe_unused]] static __host__ __device__ __noinline__
    #define EE_LAUNCH(kernel, grid, block, bytes, stream, ...) \\
      kernel<<<(unsigned)(grid), (unsigned)(block), (bytes), (stream)>>>(__VA_ARGS__)
    #define EE_SHARED(type, name, count) alignas(16) __shared__ type name[count]
    #define EE_DYNAMIC_SHARED(type, name) extern __shared__ __align__(16) type name[]
    // All that kernels read from and write to the device's memory.
    template <class T> EE_DEVICE T ee_load(const T *place) { return *place; }
    template <class T> EE_DEVICE void ee_store(T *place, T value) { *place = value; }
    #ifdef __CUDA_ARCH__
    #define EE_NAN __int_as_float(0x7fffffff)
    #define EE_INFINITY __int_as_float(0x7f800000)
    EE_FUNCTION float ee_quick_divide(float a, float b) { return __fdividef(a, b); }
    #else
    #define EE_NAN NAN
    #define EE_INFINITY INFINITY
    EE_FUNCTION float ee_quick_divide(float a, float b) { return a / b; }
    #endif
    #ifdef __CUDACC_RTC__
    #define NAN EE_NAN
    #define INFINITY EE_INFINITY
    #endif
    #endif
    // --- end of device spellings ---

    enum { EE_SUCCESS = 0, EE_INDEX_OUT_OF_RANGE = 3 };
    EE_FUNCTION int ee_index_mod(int a, int n) { const int r = a % n; return r < 0 ? r + n : r; }
    EE_FUNCTION int ee_index_max(int a, int b) { return a > b ? a : b; }
    EE_FUNCTION int ee_index_min(int a, int b) { return a < b ? a : b; }

    """
  }
}
