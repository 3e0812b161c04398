import EnergyIR
import EnergyLowering
import EnergyText
import Testing

@testable import EnergyDriver

@Suite struct NetworkParameterTests {
  static let program = "dim h\nparam net : mlp[2, h, 1](relu)\nnet([1, 2])"
  /// relu(1 + 2) + 2·relu(1 - 2 + 5) + 0.5
  static func state(_ prefix: String) -> String {
    """
    {"\(prefix)0.weight": [[1, 1], [1, -1]], "\(prefix)0.bias": [0, 5], "\(prefix)2.weight": [[1, 2]], "\(prefix)2.bias": [0.5]}
    """
  }

  private func session(
    _ file: String?, _ text: String = program, set: [String: String] = [:]
  ) -> Session {
    EnergyDriverTests.session(text, set: set, files: ["p.json": file ?? ""]) {
      if file != nil { $0.parameterFile = "p.json" }
    }
  }

  @Test(arguments: ["", "net.", "network.", "model.actor.", "model.net."])
  func aStateDictGivesAllWeights(_ prefix: String) throws {
    let session = session(Self.state(prefix))
    #expect(session.diagnostics.isEmpty, "\(session.diagnostics.map(\.short))")
    #expect(try session.printed() == ["11.5"])
  }

  @Test(arguments: ["", "f.net.", "network."]) func anEnergysOwnNetworkToo(_ prefix: String) throws {
    let session = session(
      Self.state(prefix), "energy f(x : vector[d]; net : mlp[d, 2, 1](relu)) = net(x)\nf([1, 2])")
    #expect(session.diagnostics.isEmpty, "\(session.diagnostics.map(\.short))")
    #expect(try session.printed() == ["11.5"])
  }

  @Test func settingsCountBeforeTheFile() throws {
    let session = session(Self.state(""), set: ["net.2.bias": "[1.5]", "net.0.bias": "[0, 1]"])
    #expect(session.diagnostics.isEmpty)
    #expect(try session.printed() == ["4.5"])
  }

  @Test func whatIsMissingIsOneThing() {
    let found = messages { _ = try session(nil).printed() }
    #expect(found == ["E-unbound: one parameter has no value: net : mlp[2, h, 1](relu)"])
    let some = messages { _ = try session(nil, set: ["net.0.bias": "[1, 2]"]).printed() }
    #expect(
      some == [
        "E-unbound: three parameters have no value: net.0.weight : matrix[2, 2], net.2.weight : matrix[1, 2], net.2.bias : vector[1]"
      ])
  }

  @Test(arguments: [
    ("net", "3", "E-option: net is a network; its weights are set one by one, or by --params"),
    ("net.0.bais", "[1, 2]", "E-option: there is no parameter 'net.0.bais'; did you mean 'net.0.bias'?"),
    ("net.0.bias", "[[1, 2]]", "E-shape: net.0.bias is vector[h]; this value is matrix[1, 2]"),
  ])
  func settingsAreChecked(_ name: String, _ value: String, _ message: String) {
    #expect(session(nil, set: [name: value]).diagnostics.map(\.short) == [message])
  }

  /// A product of matrices for each layer but the last, once forwards and once back; operations as counted by hand.
  @Test func layersStayMatrixProducts() throws {
    let model = try Model(
      "param net : mlp[32, 64, 64, 1](silu) = random(seed = 0)\nenergy f(x : vector[32]) = net(x)")
    let derived = model.derived()
    func program(_ nodes: [NodeID]) -> LoopProgram {
      Lowering.lower(
        model.graph, outputs: nodes.enumerated().map { ("output\($0.offset)", $0.element) },
        options: LoweringOptions(dimensions: model.sizes))
    }
    func products(_ program: LoopProgram) -> Int {
      program.body.count { if case .call(.matrixProduct, _) = $0 { true } else { false } }
    }
    let energy = program([derived.energy])
    let both = program([derived.energy] + derived.gradients)
    #expect(products(energy) == 2)
    #expect(products(both) == 4)
    let alone = try #require(OperationCount(energy, dimensions: model.sizes)).total
    let all = try #require(OperationCount(both, dimensions: model.sizes)).total
    let forward = 2 * (64 * 32 + 64 * 64 + 64)
    #expect(alone < forward + 64 * 2 * 6, "\(alone)")
    #expect(Double(all) <= 2.2 * Double(alone), "\(all) beside \(alone)")
  }

  @Test func formulasAreReadable() throws {
    let model = try Model("param net : mlp[2, 3, 1](tanh) = random(seed = 0)\nenergy f(x : vector[2]) = net(x)")
    let derived = model.derived()
    #expect(
      model.session.formula(derived.energy)
        == "net.2.weight[1, :]^T tanh(net.0.weight x + net.0.bias) + net.2.bias[1]")
    #expect(
      model.session.formula(derived.gradients[0])
        == "-net.0.weight^T (net.2.weight[1, :]*(tanh(net.0.weight x + net.0.bias)^2 - 1))")
  }
}
