import EnergyIR
import Testing

@testable import EnergyLowering

/// The programs of two energies, as text: how loops are shared, bounded and ordered.
@Suite struct TextTests {
  private func text(_ name: String) throws -> String {
    let setting = Setting()
    let energy = try #require(Energy.all.first { $0.name == name })
    let outputs = energy.outputs(setting)
    return Lowering.lower(setting.graph, outputs: outputs).description
  }

  /// One loop for energy and score; the square is shared, and the factor of all entries computed once.
  @Test func doubleWell() throws {
    #expect(
      try text("double well") == """
        input a[] uniform
        input x[d] varying
        input b[] uniform
        output energy = energy[] varying
        output score = score[d] varying
        local scaled[] uniform
        local sum[] varying
        prologue
          r0 = a[]
          r1 = multiply(r0, -4)
          scaled[] = r1
        body
          sum[...] = 0.0
          r2 = b[]
          r3 = scaled[]
          for i in 0 ..< d
            r4 = x[i]
            r5 = multiply(r4, r4)
            r6 = subtract(r5, r2)
            r7 = multiply(r6, r6)
            sum[] add= r7
            r8 = multiply(r3, r4)
            r9 = multiply(r8, r6)
            score[i] = r9
          r10 = a[]
          r11 = sum[]
          r12 = multiply(r10, r11)
          energy[] = r12

        """)
  }

  /// Pairs i < j by bounds, all powers from one reciprocal, one force for both particles.
  @Test func lennardJones() throws {
    let program = try text("Lennard-Jones")
    #expect(program.contains("for j in i + 1 ..< n"))
    #expect(program.components(separatedBy: "reciprocal(").count == 2)
    #expect(!program.contains("divide("))
    #expect(program.contains("score[i, k] add= ") && program.contains("score[j, k] subtract= "))
    #expect(program.components(separatedBy: "for i in").count == 2)
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}

/// What the verifier finds in programs that are wrong.
@Suite struct VerifierTests {
  private let variable = Variable(id: 1, extent: 3)
  private var program: LoopProgram {
    var program = LoopProgram()
    program.buffers = [
      Buffer(name: "x", extents: [3], isVarying: true, kind: .input),
      Buffer(name: "y", extents: [3], isVarying: true, kind: .output),
    ]
    program.registers = [RegisterInfo(type: .real, isVarying: true), RegisterInfo(type: .real, isVarying: true)]
    return program
  }
  private var loop: Instruction { .loop(variable, lower: [IndexExpression(0)], upper: [IndexExpression(3)]) }
  private func element(_ buffer: Int) -> Access { Access(BufferID(buffer), [.affine(IndexExpression(variable))]) }

  private func problems(_ body: [Instruction]) -> [String] {
    var wrong = program
    wrong.body = body
    return wrong.problems()
  }

  @Test func findsNothingInARightProgram() {
    let register = Register(0)
    #expect(problems([loop, .load(register, element(0)), .store(element(1), .register(register)), .endLoop]).isEmpty)
  }

  @Test func findsWhatIsWrong() {
    let register = Register(0)
    let load = Instruction.load(register, element(0))
    let store = Instruction.store(element(1), .register(register))
    #expect(!problems([load]).isEmpty)
    #expect(!problems([loop, load]).isEmpty)
    #expect(!problems([loop, store, load, .endLoop]).isEmpty)
    #expect(!problems([loop, load, load, .endLoop]).isEmpty)
    #expect(!problems([loop, load, .endLoop, loop, store, .endLoop]).isEmpty)
    #expect(!problems([loop, load, .store(element(0), .register(register)), .endLoop]).isEmpty)
    #expect(!problems([loop, loop, load, .endLoop, .endLoop]).isEmpty)
    #expect(!problems([loop, load, .endWhen]).isEmpty)
    #expect(!problems([loop, .compute(register, .add, [.constant(1)], node: NodeID(0)), .endLoop]).isEmpty)
    #expect(!problems([loop, .load(register, Access(BufferID(0), [])), .endLoop]).isEmpty)
  }
}
