/// What a source of the CUDA target begins with: all that only a GPU's compiler understands has a name here. A source has
/// what it uses and no more.
enum CUDAPreamble {
  /// A piece of source with the names that it defines.
  struct Piece {
    let names: [String]
    let text: String

    init(_ names: [String], _ text: String) {
      self.names = names
      self.text = text
    }
  }

  /// The pieces that code needs, or that a needed piece behind it needs, in order.
  static func needed(_ pieces: [Piece], by code: String) -> [Piece] {
    var words = code.words
    var result: [Piece] = []
    for piece in pieces.reversed() where piece.names.contains(where: words.contains) {
      words.formUnion(piece.text.words)
      result.append(piece)
    }
    return result.reversed()
  }

  /// The preamble of a source with this code.
  static func text(before code: String) -> String {
    let common = needed(helpers, by: code)
    let all = common.map(\.text).joined(separator: "\n") + code
    let spelled = needed(spellings, by: all).map(\.text).joined(separator: "\n")
    let parts = [
      """
      // --- device spellings (an emulator replaces these) ---
      #ifndef EE_EMULATED
      \(spelled)
      #endif
      // --- end of device spellings ---

      """
    ]
    return (parts + common.map(\.text)).joined(separator: "\n") + "\n"
  }

  private static let spellings: [Piece] = [
    Piece(["EE_FUNCTION"], "#define EE_FUNCTION [[maybe_unused]] static __host__ __device__ inline"),
    Piece(["EE_DEVICE"], "#define EE_DEVICE [[maybe_unused]] static __device__ __forceinline__"),
    Piece(["EE_OUTLINE"], "#define EE_OUTLINE [[maybe_unused]] static __host__ __device__ __noinline__"),
    Piece(
      ["EE_LAUNCH"],
      """
      #define EE_LAUNCH(kernel, grid, block, bytes, stream, ...) \\
        kernel<<<(unsigned)(grid), (unsigned)(block), (bytes), (stream)>>>(__VA_ARGS__)
      """),
    Piece(["EE_SHARED"], "#define EE_SHARED(type, name, count) alignas(16) __shared__ type name[count]"),
    Piece(
      ["EE_DYNAMIC_SHARED"], "#define EE_DYNAMIC_SHARED(type, name) extern __shared__ __align__(16) type name[]"),
    Piece(
      ["EE_ALLOW_SHARED"],
      """
      #define EE_ALLOW_SHARED(kernel, bytes) \\
        cudaFuncSetAttribute((const void *)kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, (bytes))
      """),
    Piece(
      ["ee_load", "ee_store"],
      """
      // All that kernels read from and write to the device's memory.
      template <class T> EE_DEVICE T ee_load(const T *place) { return *place; }
      template <class T> EE_DEVICE void ee_store(T *place, T value) { *place = value; }
      """),
    Piece(
      ["EE_NAN", "EE_INFINITY", "NAN", "INFINITY"],
      """
      #ifdef __CUDA_ARCH__
      #define EE_NAN __int_as_float(0x7fffffff)
      #define EE_INFINITY __int_as_float(0x7f800000)
      #else
      #define EE_NAN NAN
      #define EE_INFINITY INFINITY
      #endif
      #ifdef __CUDACC_RTC__
      #define NAN EE_NAN
      #define INFINITY EE_INFINITY
      #endif
      """),
    Piece(
      ["ee_quick_divide"],
      """
      // a/b, off by at most two units in the last place where 2^-126 <= |b| <= 2^126, and 0 beyond.
      #ifdef __CUDA_ARCH__
      EE_FUNCTION float ee_quick_divide(float a, float b) { return __fdividef(a, b); }
      #else
      EE_FUNCTION float ee_quick_divide(float a, float b) { return a / b; }
      #endif
      """),
  ]

  private static let helpers: [Piece] = [
    Piece(["EE_SUCCESS", "EE_INDEX_OUT_OF_RANGE"], "enum { EE_SUCCESS = 0, EE_INDEX_OUT_OF_RANGE = 3 };"),
    Piece(["ee_index_up"], "EE_FUNCTION int ee_index_up(int a, int n) { return a < 0 ? a + n : a; }"),
    Piece(["ee_index_down"], "EE_FUNCTION int ee_index_down(int a, int n) { return a < n ? a : a - n; }"),
    Piece(
      ["ee_index_mod"],
      "EE_FUNCTION int ee_index_mod(int a, int n) { const int r = a % n; return r < 0 ? r + n : r; }"),
    Piece(["ee_index_max"], "EE_FUNCTION int ee_index_max(int a, int b) { return a > b ? a : b; }"),
    Piece(["ee_index_min"], "EE_FUNCTION int ee_index_min(int a, int b) { return a < b ? a : b; }"),
  ]
}
