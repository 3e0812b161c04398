/// A line through points.
extension [SIMD2<Double>] {
  /// Without the points that lie on the line between their neighbours, to a share of the picture.
  /// - Parameter size: width and height of the picture, in the units of the points.
  func simplified(in size: SIMD2<Double>, tolerance: Double) -> [SIMD2<Double>] {
    guard count > 4 else { return self }
    var result = [self[0]]
    var start = 0
    var end = 2
    while end < count {
      let base = self[start] / size
      let chord = self[end] / size - base
      let length = (chord.x * chord.x + chord.y * chord.y).squareRoot()
      let isStraight =
        end - start < 60
        && (start + 1..<end).allSatisfy { index in
          let offset = self[index] / size - base
          let distance = abs(chord.x * offset.y - chord.y * offset.x)
          let along = chord.x * offset.x + chord.y * offset.y
          guard length > 0 else { return offset == SIMD2(0, 0) }
          return distance <= tolerance * length && along >= 0 && along <= length * length
        }
      if !isStraight {
        result.append(self[end - 1])
        start = end - 1
      }
      end += 1
    }
    result.append(self[count - 1])
    return result
  }
}
