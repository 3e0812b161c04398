/// Names in emitted source: what a user called something, as an identifier that can't mean anything else.
///
/// Letters, digits and underscores of ASCII stay; every other character becomes `_` and its code, so that no name,
/// however odd, can end the identifier it stands in. Two names never share an identifier.
public struct SourceNames {
  private var taken: Set<String>

  /// Names besides those that the languages and their mathematical library have.
  public init(taken: Set<String> = []) { self.taken = taken.union(Self.reserved) }

  /// A fresh identifier that reads like `name`.
  public mutating func identifier(for name: String) -> String {
    var base = Self.mangled(name)
    // `ee_…` and `EE_…` are ours, `cuda…` is the toolkit's.
    if Self.isForeign(base) || Self.isMacro(base) { base = "v_" + base }
    var candidate = base
    var number = 2
    while isTaken(candidate) {
      candidate = "\(base)_\(number)"
      number += 1
    }
    taken.insert(candidate)
    return candidate
  }

  /// Whether an identifier means something already.
  public func isTaken(_ identifier: String) -> Bool {
    taken.contains(identifier) || Self.isForeign(identifier) || Self.isMacro(identifier)
  }

  /// Keeps an identifier from being given to something else.
  public mutating func take(_ identifier: String) { taken.insert(identifier) }

  private static func isForeign(_ name: String) -> Bool {
    ["ee_", "cuda"].contains { name.lowercased().hasPrefix($0) }
  }

  /// Whether the headers that emitted source includes may have a macro of that name.
  private static func isMacro(_ name: String) -> Bool {
    name == name.uppercased()
      && ["M_", "FP_", "INT", "UINT", "SIZE_", "PTRDIFF_", "WCHAR_", "WINT_", "SIG_", "EXIT_", "MATH_", "HUGE_"]
        .contains { name.hasPrefix($0) }
  }

  /// `name` in the characters of an identifier; starts with a letter, holds no two underscores in a row.
  public static func mangled(_ name: String) -> String {
    var text = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9": text.unicodeScalars.append(scalar)
      case "_", ".", " ", "-": if !text.hasSuffix("_") { text += "_" }
      default: text += (text.hasSuffix("_") ? "u" : "_u") + String(scalar.value, radix: 16)
      }
    }
    while text.hasSuffix("_") { text.removeLast() }
    guard let first = text.first else { return "value" }
    return first.isLetter ? text : "v" + (first == "_" ? "" : "_") + text
  }

  /// Whether nothing had to be replaced.
  public static func isPlain(_ name: String) -> Bool { mangled(name) == name && !reserved.contains(name) }

  /// Words of C, C++ and CUDA, macros of their headers, and functions of the mathematical library.
  static let reserved: Set<String> = Set(
    """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl
    concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete
    do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable
    namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast
    requires restrict return short signed sizeof static static_assert static_cast struct switch template this
    thread_local throw true try typedef typeid typename typeof union unsigned using virtual void volatile wchar_t while
    xor xor_eq NULL NAN INFINITY HUGE_VAL assert errno stdin stdout stderr int8_t int16_t int32_t int64_t uint8_t
    uint16_t uint32_t uint64_t size_t intptr_t uintptr_t linux unix main
    MB_CUR_MAX RAND_MAX MAXFLOAT SNAN SNANF SNANL SNANF32 SNANF64 SNANF128 SNANF32X SNANF64X NFDBITS FD_SETSIZE
    BYTE_ORDER BIG_ENDIAN LITTLE_ENDIAN PDP_ENDIAN WUNTRACED WSTOPPED WCONTINUED WEXITED WNOHANG WNOWAIT
    math_errhandling
    blockIdx blockDim gridDim threadIdx warpSize float2 float3 float4 double2 double3 double4 int2 int4 dim3
    cudaStream_t cudaError_t
    acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs fdim floor fma fmax
    fmin fmod frexp hypot ilogb isfinite isinf isnan j0 j1 jn ldexp lgamma log log10 log1p log2 logb lrint lround
    max min modf nan nearbyint nextafter pow remainder remquo rint round scalbn signbit signgam sin sinh sqrt tan tanh
    tgamma trunc y0 y1 yn div abs labs select index rindex gamma
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
