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
  /// Where linear algebra has room for its copy of a matrix, if it needs any.
  private(set) var work: Int?

  /// - Parameters:
  ///   - width: the numbers of a row, which come first.
  ///   - unit: arrays begin at multiples of so many numbers.
  ///   - own: arrays that lie elsewhere.
  ///   - hasWork: whether the room of linear algebra is in the frame.
  init(
    _ layout: ProgramLayout, _ roles: BufferRoles, width: Int, unit: Int = 1, without own: Set<BufferID> = [],
    hasWork: Bool = false
  ) {
    count = width
    firstOutput = width
    // Single numbers first, so that arrays in units are not torn apart.
    let outputs = roles.outputs.map(\.buffer).filter { !own.contains($0) }
    let isScalar = { (buffer: BufferID) in unit > 1 && layout.extents[buffer.index].isEmpty }
    for buffer in outputs.filter(isScalar) + outputs.filter({ !isScalar($0) }) where offsets[buffer] == nil {
      place(buffer, layout, unit)
    }
    for buffer in roles.locals where offsets[buffer] == nil && !own.contains(buffer) {
      if !layout.extents[buffer.index].isEmpty { place(buffer, layout, unit) }
    }
    let room = hasWork ? LinearAlgebraRoom(layout.program.body, layout, hasLanes: false).count : 0
    if room > 0 {
      work = count
      count += room
    }
    count = (count + unit - 1) / unit * unit
  }

  private mutating func place(_ buffer: BufferID, _ layout: ProgramLayout, _ unit: Int) {
    if !layout.extents[buffer.index].isEmpty { count = (count + unit - 1) / unit * unit }
    offsets[buffer] = count
    count += layout.count(buffer)
  }
}
