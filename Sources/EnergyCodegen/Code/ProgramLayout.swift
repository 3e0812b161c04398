import EnergyIR
import EnergyLowering

/// A loop program whose sizes are numbers: what every back end of this module starts from.
struct ProgramLayout {
  let program: LoopProgram
  let dimensions: [Dimension: Int]
  /// The extents of every buffer.
  let extents: [[Int]]

  /// - Throws: `EmissionError.unknownSize` for a size without a value.
  init(_ program: LoopProgram, dimensions: [Dimension: Int]) throws(EmissionError) {
    self.program = program
    self.dimensions = dimensions
    var extents: [[Int]] = []
    for buffer in program.buffers {
      var lengths: [Int] = []
      for extent in buffer.extents {
        guard let length = extent.value(dimensions) else { throw .unknownSize(extent) }
        guard length >= 0, length <= Int(Int32.max) else { throw .size(extent, length) }
        lengths.append(length)
      }
      extents.append(lengths)
    }
    self.extents = extents
  }

  /// The number of elements of a buffer.
  func count(_ buffer: BufferID) -> Int { extents[buffer.index].reduce(1, *) }

  /// The value of a size.
  func value(_ size: Size) -> Int { size.value(dimensions) ?? 0 }
}

/// What can't be written for a target.
public enum EmissionError: Error {
  /// A size that must be a number here has none.
  case unknownSize(Size)
  /// A size that is negative or too large.
  case size(Size, Int)
  /// Buffers of one sample that take more bytes than the target has room for.
  case tooLarge(bytes: Int, limit: Int)
}
