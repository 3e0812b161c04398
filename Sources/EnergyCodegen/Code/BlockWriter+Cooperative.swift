import EnergyBuiltins
import EnergyIR
import EnergyLowering

/// Instructions for threads that share a sample, by a `CooperativePlan`.
extension BlockWriter {
  /// The threads that share a sample.
  struct Group {
    let threads: Int
    /// Numbers of 16 bytes.
    let unit: Int
    /// The array that goes to memory at once, its row's first number there, and whether that is aligned.
    var direct: (buffer: BufferID, place: String, wide: String)?
    /// A warp, or a whole block.
    var isWarp: Bool { threads == 32 }
    var barrier: String { isWarp ? "__syncwarp();" : "__syncthreads();" }
    var name: String { isWarp ? "warp" : "block" }
  }

  /// Writes instructions; `lane` is the number of the thread in its group. At the end all threads have seen everything.
  mutating func write(_ instructions: [Instruction], _ plan: CooperativePlan, _ group: Group) {
    written = Set(instructions.compactMap(\.written))
    write(instructions, from: 0, to: instructions.count, plan, group)
  }

  /// The recursion is as deep as loops nest.
  private mutating func write(
    _ instructions: [Instruction], from start: Int, to end: Int, _ plan: CooperativePlan, _ group: Group
  ) {
    var position = start
    while position < end {
      let last = plan.ends[position] ?? position
      switch instructions[position] {
      case .loop(let variable, let lower, let upper):
        flush(reading: Set(instructions[position...last].compactMap(\.written)))
        if let nest = plan.nest(position, unit: group.unit) {
          distribute(nest, instructions, plan, group)
          position = last + 1
          continue
        }
        let before = openPartials(plan.partials[position] ?? [])
        if let loop = plan.distributed[position] {
          for left in loop.passes {
            distribute(Array(instructions[position...last]), leavingOut: Set(left.map { $0 - position }), group)
          }
        } else {
          let name = loopName(variable)
          code.line("#pragma unroll 1")
          code.open(
            "for (int \(name) = \(bound(lower, "ee_index_max")); \(name) < \(bound(upper, "ee_index_min")); \(name)++)")
          write(instructions, from: position + 1, to: last, plan, group)
          code.close()
          closeLoopName()
        }
        closePartials(before, plan.partials[position] ?? [], group)
      case .when(let conditions):
        flush(reading: Set(instructions[position...last].compactMap(\.written)))
        code.open("if (\(conditions.map(text).joined(separator: " && ")))")
        write(instructions, from: position + 1, to: last, plan, group)
        code.close()
      case let instruction: single(instruction, group)
      }
      position = last + 1
    }
  }

  // MARK: Loops

  /// One pass over a loop whose rounds the threads take in turn.
  private mutating func distribute(_ loop: [Instruction], leavingOut left: Set<Int>, _ group: Group) {
    guard case .loop(let variable, let lower, let upper) = loop[0] else { return }
    let kept = Self.withoutUnread(loop.indices.dropFirst().dropLast().filter { !left.contains($0) }.map { loop[$0] })
    let name = loopName(variable)
    let low = bound(lower, "ee_index_max")
    let first = low == "0" ? "lane" : "\(low) + lane"
    code.open("for (int \(name) = \(first); \(name) < \(bound(upper, "ee_index_min")); \(name) += \(group.threads))")
    let outside = written
    write(kept.withoutEmptyBlocks())
    written = outside
    code.close()
    closeLoopName()
    code.line(group.barrier)
  }

  /// The instructions without values that none of them reads: what only left-out ones needed.
  private static func withoutUnread(_ instructions: [Instruction]) -> [Instruction] {
    var read: Set<Register> = []
    var result: [Instruction] = []
    for instruction in instructions.reversed() {
      switch instruction {
      case .compute(let register, _, _, _), .load(let register, _): if !read.contains(register) { continue }
      default: break
      }
      read.formUnion(instruction.readRegisters)
      result.append(instruction)
    }
    return result.reversed()
  }

  /// Gives numbers that are added up names for each thread's part; the names they had.
  mutating func openPartials(_ sums: [(buffer: BufferID, how: Accumulation)]) -> [String] {
    sums.map { buffer, how in
      let before = bufferNames[buffer.index]
      let name = names.identifier(for: "\(before)_part")
      code.line("\(dialect.real) \(name) = \(dialect.number(how.neutral));")
      bufferNames[buffer.index] = name
      return before
    }
  }

  mutating func closePartials(
    _ before: [String], _ sums: [(buffer: BufferID, how: Accumulation)], _ group: Group
  ) {
    for (name, (buffer, how)) in zip(before, sums) {
      let part = bufferNames[buffer.index]
      bufferNames[buffer.index] = name
      let all = functions.acrossThreads(how, part, group)
      code.line("\(name) = \(combined(how, name, all));")
    }
  }

  /// `a + b`, `max(a, b)` …
  private mutating func combined(_ how: Accumulation, _ a: String, _ b: String) -> String {
    functions.combined(how, a, b)
  }

  // MARK: Single steps

  private mutating func single(_ instruction: Instruction, _ group: Group) {
    switch instruction {
    case .store(let access, _) where !access.positions.isEmpty: byFirst(instruction, group)
    case .accumulate(_, let access, _) where !access.positions.isEmpty: byFirst(instruction, group)
    case .fill(let buffer, let number) where !layout.extents[buffer.index].isEmpty:
      flush(reading: [buffer])
      let count = layout.count(buffer)
      code.line(
        "for (int entry = lane; entry < \(count); entry += \(group.threads)) \(flat(buffer))[entry] = \(dialect.number(number));"
      )
      code.line(group.barrier)
    case .call(.matrixProduct(let output, let matrix, let transposed, let vector, let accumulating), _):
      flush(reading: [output])
      let sizes = layout.extents[matrix.index]
      let columns = layout.extents[vector.index].dropFirst().reduce(1, *)
      code.line(
        functions.sharedMatrixProduct(
          address(output), address(matrix), address(vector), rows: sizes[0], columns: sizes[1], width: columns,
          transposed: transposed, accumulating: accumulating, group))
      code.line(group.barrier)
    case .call(let call, _) where layout.extents[call.output.index].isEmpty:
      // A single number is every thread's own: all of them compute it.
      step(instruction)
    case .call(let call, _):
      flush(reading: [call.output])
      code.open("if (lane == 0)")
      self.call(call)
      code.close()
      code.line(group.barrier)
    default: step(instruction)
    }
  }

  /// An element that all threads know and one writes.
  private mutating func byFirst(_ instruction: Instruction, _ group: Group) {
    code.line(group.barrier)
    let outer = code
    code = CodeBuilder()
    step(instruction)
    let lines = code.lines
    code = outer
    // What had to be named first is for all; the last line is the write.
    for line in lines.dropLast() { code.line(line) }
    if let write = lines.last { code.line("if (lane == 0) \(write)") }
    code.line(group.barrier)
  }
}

extension FunctionLibrary {
  /// The value of all threads of a group together, the same in each of them.
  mutating func acrossThreads(_ how: Accumulation, _ part: String, _ group: BlockWriter.Group) -> String {
    let (real, f) = (dialect.real, dialect.suffix)
    let warp = "ee_warp_\(how.rawValue)\(f)"
    let step = combined(how, "value", "__shfl_xor_sync(0xffffffffu, value, distance)")
    add(
      warp,
      """
      // Of the 32 threads of a warp, in an order that is the same every time.
      EE_DEVICE \(real) \(warp)(\(real) value) {
        #pragma unroll
        for (int distance = 16; distance > 0; distance /= 2) value = \(step);
        return value;
      }

      """)
    if group.isWarp { return "\(warp)(\(part))" }
    let block = "ee_block_\(how.rawValue)\(f)"
    let warps = group.threads / 32
    add(
      block,
      """
      // Of the \(group.threads) threads of a block.
      EE_DEVICE \(real) \(block)(\(real) value) {
        EE_SHARED(\(real), parts, \(warps));
        value = \(warp)(value);
        __syncthreads();
        if (threadIdx.x % 32 == 0) parts[threadIdx.x/32] = value;
        __syncthreads();
        value = parts[0];
        for (int warp = 1; warp < \(warps); warp++) value = \(combined(how, "value", "parts[warp]"));
        return value;
      }

      """)
    return "\(block)(\(part))"
  }

  /// The value of the threads beside each other in a row, the same in each of them.
  mutating func acrossRow(_ how: Accumulation, _ part: String, _ threads: Int) -> String {
    let (real, f) = (dialect.real, dialect.suffix)
    let name = "ee_across_\(how.rawValue)\(f)"
    let step = combined(how, "value", "__shfl_xor_sync(0xffffffffu, value, distance)")
    add(
      name,
      """
      // Of THREADS neighbouring threads of a warp, in an order that is the same every time.
      template <int THREADS>
      EE_DEVICE \(real) \(name)(\(real) value) {
        #pragma unroll
        for (int distance = THREADS/2; distance > 0; distance /= 2) value = \(step);
        return value;
      }

      """)
    return "\(name)<\(threads)>(\(part))"
  }

  /// Two values as an accumulation combines them.
  mutating func combined(_ how: Accumulation, _ a: String, _ b: String) -> String {
    switch how {
    case .add, .subtract: return "\(a) + \(b)"
    case .multiply: return "\(a)*\(b)"
    case .min, .max:
      guard let spelling = Builtins[FunctionName(how.rawValue)]?.primitive?.spelling else { return a }
      need(spelling.helpers(of: dialect))
      return call(how.rawValue, dialect.template(spelling), [CExpression(text: a), CExpression(text: b)]).text
    }
  }

  /// output = matrix·vector by all threads of a group, an element each.
  mutating func sharedMatrixProduct(
    _ output: String, _ matrix: String, _ vector: String, rows: Int, columns: Int, width: Int, transposed: Bool,
    accumulating: Bool, _ group: BlockWriter.Group
  ) -> String {
    let (real, f) = (dialect.real, dialect.suffix)
    let name = "ee_shared_product" + (transposed ? "_transposed" : "") + f
    let (outer, inner) = transposed ? ("columns", "rows") : ("rows", "columns")
    let entry = transposed ? "matrix[k*columns + r]" : "matrix[r*columns + k]"
    add(
      name,
      """
      EE_DEVICE void \(name)(
          \(real) *output, const \(real) *matrix, const \(real) *vector, int rows, int columns, int width,
          int accumulate, int lane, int threads) {
        for (int o = lane; o < \(outer)*width; o += threads) {
          const int r = o/width, c = o % width;
          \(real) sum = accumulate ? output[o] : 0;
          for (int k = 0; k < \(inner); k++) sum += \(entry)*vector[k*width + c];
          output[o] = sum;
        }
      }

      """)
    return CodeBuilder.wrapped(
      name,
      [
        output, matrix, vector, "\(rows)", "\(columns)", "\(width)", accumulating ? "1" : "0", "lane",
        "\(group.threads)",
      ], ";")
  }
}
