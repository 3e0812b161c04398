import EnergyText

/// The positions of a Fortran-ordered array's elements in the order of C, or simply 0, 1, 2 ….
struct StridedWalk {
  let shape: [Int]
  let fortranOrder: Bool

  /// Calls `body(target, source)` for every element, `target` counting up from 0.
  func forEach(count: Int, _ body: (Int, Int) throws -> Void) rethrows {
    guard count > 0 else { return }
    guard fortranOrder, let innermost = shape.last else {
      for index in 0..<count { try body(index, index) }
      return
    }
    var strides: [Int] = []
    var stride = 1
    for length in shape {
      strides.append(stride)
      stride *= length
    }
    let innerStride = strides[shape.count - 1]
    var outer = [Int](repeating: 0, count: shape.count - 1)
    var base = 0
    var target = 0
    while target < count {
      for inner in 0..<innermost { try body(target + inner, base + inner * innerStride) }
      target += innermost
      var axis = outer.count - 1
      while axis >= 0 {
        outer[axis] += 1
        base += strides[axis]
        if outer[axis] < shape[axis] { break }
        base -= outer[axis] * strides[axis]
        outer[axis] = 0
        axis -= 1
      }
    }
  }
}

/// Copies the elements of a `.npy` file into an array, reordered and converted.
struct NpyCopier {
  let data: UnsafeRawBufferPointer
  let walk: StridedWalk
  let count: Int
  let swapped: Bool
  let file: String

  /// Copies elements that are stored as bit patterns of type `Bits`.
  func floating<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable, Value>(
    _ type: Bits.Type, _ convert: (Bits) -> Value
  ) -> [Value] {
    [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      walk.forEach(count: count) { target, source in
        let bits = data.loadUnaligned(fromByteOffset: source * MemoryLayout<Bits>.size, as: Bits.self)
        buffer.initializeElement(at: target, to: convert(swapped ? bits.byteSwapped : bits))
      }
      initialized = count
    }
  }

  /// Copies integers into doubles; refuses those that a double can't hold exactly.
  func integers<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type) throws -> [Double] {
    var inexact: (target: Int, value: Value)?
    let result = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      walk.forEach(count: count) { target, source in
        let stored = data.loadUnaligned(fromByteOffset: source * MemoryLayout<Value>.size, as: Value.self)
        let value = swapped ? stored.byteSwapped : stored
        if value.magnitude > 1 << 53, inexact == nil { inexact = (target, value) }
        buffer.initializeElement(at: target, to: Double(value))
      }
      initialized = count
    }
    if let (target, value) = inexact {
      throw Diagnostic(
        .error, .dtype, "\(file): entry \(position(target)) is \(value), which a double can't hold exactly",
        hints: [Diagnostic.Hint("whole numbers up to 2^53 = 9,007,199,254,740,992 are read exactly")])
    }
    return result
  }

  /// Element number `target` as indices from 1: `[3, 1]`.
  private func position(_ target: Int) -> String {
    var rest = target
    var indices: [Int] = []
    for length in walk.shape.reversed() {
      indices.append(rest % length + 1)
      rest /= length
    }
    return "[" + indices.reversed().map(String.init).joined(separator: ", ") + "]"
  }
}

/// IEEE half precision, decoded by hand so that it works on processors without the type.
enum HalfPrecision {
  /// The value of a binary16 bit pattern (IEEE 754-2019, section 3.6).
  static func double(bits: UInt16) -> Double {
    let exponent = Int(bits >> 10) & 0x1f
    let fraction = Double(bits & 0x3ff)
    let magnitude: Double
    switch exponent {
    case 0: magnitude = fraction * 0x1p-24
    case 31: magnitude = fraction == 0 ? .infinity : .nan
    default: magnitude = Double(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    }
    return bits >> 15 == 0 ? magnitude : -magnitude
  }
}
