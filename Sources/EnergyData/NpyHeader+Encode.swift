extension NpyHeader {
  /// A `.npy` header for an array in C order, so long that the elements start at a multiple of 64 bytes; version 1.0,
  /// which every reader knows.
  static func bytes(shape: [Int], dtype: ElementType) -> [UInt8] {
    let descr =
      switch dtype {
      case .f64: "<f8"
      case .f32: "<f4"
      case .i64: "<i8"
      }
    var text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': \(DataText.shape(shape)), }"
    let unpadded = magic.count + 4 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let length = text.utf8.count
    return magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + Array(text.utf8)
  }
}
