import EnergyIR
import EnergyLowering

/// Where the row, the results and the arrays of a sample lie in its frame. Single numbers between them are variables
/// of the code and take no place.
struct FrameLayout {
  /// The first number of each buffer.
  private(set) var offsets: [BufferID: Int] = [:]
  /// Numbers in all.
  private(set) var count: Int
  /// Where the results begin; they lie one behind the other.
  let firstOutput: Int

  init(_ layout: ProgramLayout, _ roles: BufferRoles, width: Int) {
    firstOutput = width
    count = width
    for (_, buffer) in roles.outputs where offsets[buffer] == nil { place(buffer, layout) }
    for buffer in roles.locals where offsets[buffer] == nil && !layout.extents[buffer.index].isEmpty {
      place(buffer, layout)
    }
  }

  private mutating func place(_ buffer: BufferID, _ layout: ProgramLayout) {
    offsets[buffer] = count
    count += layout.count(buffer)
  }
}
