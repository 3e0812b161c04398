import EnergyLowering

extension [Instruction] {
  /// The registers that hold a single number from memory which stays as it is until they were last read.
  ///
  /// A register that is read in a loop that began after the load is read until the loop ends.
  var readBeforeChanged: Set<Register> {
    var ends: [Int: Int] = [:]
    var open: [Int] = []
    for (position, instruction) in enumerated() {
      switch instruction {
      case .loop, .when: open.append(position)
      case .endLoop, .endWhen: if let head = open.popLast() { ends[head] = position }
      default: break
      }
    }
    var loads: [Register: (position: Int, buffer: BufferID)] = [:]
    var last: [Register: Int] = [:]
    var writes: [BufferID: [Int]] = [:]
    for (position, instruction) in enumerated() {
      switch instruction {
      case .loop, .when: open.append(position)
      case .endLoop, .endWhen: open.removeLast()
      default: break
      }
      for register in instruction.readRegisters {
        guard let load = loads[register] else { continue }
        let loop = open.first { $0 > load.position }
        last[register] = Swift.max(last[register] ?? 0, loop.flatMap { ends[$0] } ?? position)
      }
      if let buffer = instruction.written { writes[buffer, default: []].append(position) }
      if case .load(let register, let access) = instruction, access.positions.isEmpty {
        loads[register] = (position, access.buffer)
      }
    }
    return Set(
      loads.filter { register, load in
        let end = last[register] ?? load.position
        // The instruction that reads last may itself write.
        return !(writes[load.buffer] ?? []).contains { $0 > load.position && $0 < end }
      }.keys)
  }
}
