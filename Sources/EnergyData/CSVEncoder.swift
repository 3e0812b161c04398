/// Writes numbers as text in the shortest form that reads back to the same bits.
struct CSVEncoder {
  let shape: [Int]
  let dtype: ElementType
  let columnNames: [String]?

  /// Hands the text of `elements` to `sink` in pieces of about 64 KB.
  func encode(_ elements: UnsafeRawBufferPointer, to sink: ([UInt8]) throws -> Void) throws {
    let columns = max(1, shape.dropFirst().reduce(1, *))
    var text: [UInt8] = []
    if let columnNames {
      text += columnNames.map(Self.quoted).joined(separator: ",").utf8
      text.append(0x0a)
    }
    let count = elements.count / dtype.byteCount
    for index in 0..<count {
      switch dtype {
      case .f64: text += "\(elements.loadUnaligned(fromByteOffset: index * 8, as: Double.self))".utf8
      case .f32: text += "\(elements.loadUnaligned(fromByteOffset: index * 4, as: Float.self))".utf8
      case .i64: text += "\(elements.loadUnaligned(fromByteOffset: index * 8, as: Int64.self))".utf8
      }
      text.append((index + 1).isMultiple(of: columns) ? 0x0a : UInt8(ascii: ","))
      if text.count >= 1 << 16 {
        try sink(text)
        text.removeAll(keepingCapacity: true)
      }
    }
    try sink(text)
  }

  private static func quoted(_ name: String) -> String {
    guard name.contains(where: { ",;\"\t\n\r# ".contains($0) }) else { return name }
    return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
