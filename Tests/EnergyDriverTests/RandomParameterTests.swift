import EnergySemantics
import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

@Suite struct RandomParameterTests {
  /// The value of a parameter.
  func value(_ name: String, in text: String, dims: [String: Int] = [:], set: [String: String] = [:]) throws
    -> TensorData
  {
    let session = session(text, set: set, dims: dims)
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    let parameter = try #require(session.program.parameters.first { $0.name == name })
    let environment = try session.environment(for: [session.graph.symbol(parameter.symbol)])
    return try #require(environment.values[parameter.symbol])
  }

  /// Fixed numbers, so that a change of the generator, of its streams or of their use doesn't go unnoticed. They
  /// come from `random_numbers.py`.
  @Test func theNumbersNeverChange() throws {
    let normal = try value("w", in: "param w : vector[3] = random(seed = 42)").values
    #expect(normal == RandomParameterTests.normals)
    let uniform = try value("net.0.weight", in: "param net : mlp[2, 2, 1](tanh) = random(seed = 42)").values
    #expect(uniform == RandomParameterTests.uniforms)
  }

  static let normals: [Double] = [1.0728331893035679, -0.3463133878940505, -0.45805297995214445]
  static let uniforms: [Double] = [-0.4847444748575038, 0.6908513441437916, 0.09869062077104328, -0.22178259386772708]

  @Test func normalsAreStandardTimesTheScale() throws {
    let text = "param w : matrix[200, 500] = random(seed = 1, scale = 0.25)"
    let values = try value("w", in: text).values.map { $0 / 0.25 }
    let mean = values.reduce(0, +) / 1e5
    let variance = values.reduce(0) { $0 + $1 * $1 } / 1e5
    let fourth = values.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 1e5
    // Five standard errors.
    #expect(abs(mean) < 0.016)
    #expect(abs(variance - 1) < 0.023)
    #expect(abs(fourth - 3) < 0.16)
  }

  /// torch.nn.Linear: weight and bias uniform within ±1/√inputs.
  @Test func networksStartAsInPyTorch() throws {
    let text = "param net : mlp[16, 400, 25, 1](silu) = random(seed = 5)"
    for (name, inputs, count) in [
      ("net.0.weight", 16.0, 6400), ("net.0.bias", 16, 400), ("net.2.weight", 400, 10_000), ("net.2.bias", 400, 25),
      ("net.4.weight", 25, 25), ("net.4.bias", 25, 1),
    ] {
      let values = try value(name, in: text).values
      let bound = 1 / inputs.squareRoot()
      #expect(values.count == count)
      #expect(values.allSatisfy { abs($0) < bound }, "\(name)")
      guard count >= 400 else { continue }
      let error = bound / Double(count).squareRoot()
      #expect(abs(values.reduce(0, +) / Double(count)) < 5 * error / 3.0.squareRoot(), "\(name)")
      let second = values.reduce(0) { $0 + $1 * $1 } / Double(count)
      // The square of a uniform number has the variance 4/45·bound⁴.
      #expect(abs(second - bound * bound / 3) < 5 * error * bound * (4 / 45.0).squareRoot(), "\(name)")
      #expect(values.reduce(0) { max($0, abs($1)) } > 0.97 * bound, "\(name)")
    }
  }

  @Test func everyParameterHasAStreamOfItsOwn() throws {
    let text = "param a : vector[1000] = random(seed = 0)\nparam b : vector[1000] = random(seed = 0)"
    let (a, b) = (try value("a", in: text).values, try value("b", in: text).values)
    #expect(Set(a).isDisjoint(with: b))
    let correlation = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / 1000
    #expect(abs(correlation) < 5 / 1000.0.squareRoot())
    // Neither other parameters nor their order matter; the seed does.
    let alone = try value("b", in: "param b : vector[1000] = random(seed = 0)").values
    #expect(alone == b)
    #expect(try value("b", in: "param b : vector[1000] = random(seed = 1)").values != b)
    let net = "param net : mlp[8, 8, 8, 1](silu) = random(seed = 0)"
    let layers = try (value("net.0.weight", in: net).values, value("net.2.weight", in: net).values)
    #expect(Set(layers.0).isDisjoint(with: layers.1))
    // The samples of `check` have none of these streams.
    #expect(Set(Philox(seed: 0).normals(1000)).isDisjoint(with: a))
  }

  @Test func structuresAreKept() throws {
    let symmetric = try value("a", in: "param a : symmetric[3] = random(seed = 0)").values
    let lower = try value("a", in: "param a : lower[3] = random(seed = 0)").values
    let diagonal = try value("a", in: "param a : diagonal[3] = random(seed = 0)").values
    let full = try value("a", in: "param a : matrix[3, 3] = random(seed = 0)").values
    for row in 0..<3 {
      for column in 0..<3 {
        let (here, there) = (3 * row + column, 3 * column + row)
        #expect(symmetric[here] == (row >= column ? full[here] : full[there]))
        #expect(lower[here] == (row >= column ? full[here] : 0))
        #expect(diagonal[here] == (row == column ? full[here] : 0))
      }
    }
  }

  @Test func sizesMayComeFromOutside() throws {
    let text = "dim n\nparam w : vector[n] = random(seed = 0)\nparam v : vector[n] = random(seed = 1)\nw + v"
    #expect(try value("w", in: text, dims: ["n": 4]).values.count == 4)
    #expect(try value("w", in: text, set: ["v": "[1, 2, 3]"]).values.count == 3)
    #expect(
      try value("w", in: text, dims: ["n": 4]).values == Array(value("w", in: text, dims: ["n": 9]).values.prefix(4)))
    #expect(messages { _ = try value("w", in: text) } == ["E-size: random numbers for w : vector[n] need the size n"])
    let large = "param w : matrix[4000000, 4000000] = random(seed = 0)\nw"
    #expect(messages { _ = try value("w", in: large) }.first?.hasPrefix("E-memory: w would have more entries") == true)
  }

  @Test func settingsCountBeforeRandomNumbers() throws {
    let net = "param net : mlp[2, 2, 1](tanh) = random(seed = 0)"
    #expect(try value("net.0.bias", in: net, set: ["net.0.bias": "[5, 6]"]).values == [5, 6])
    #expect(try value("net.0.weight", in: net, set: ["net.0.bias": "[5, 6]"]).values != [5, 6])
  }

  @Test func energiesMayStartAtRandom() throws {
    let text = """
      energy f(x : vector[d]; w : vector[d] = random(seed = 0), net : mlp[d, 4, 1](tanh) = random(seed = 1)) = w^T x + net(x)
      f([1, 2])
      """
    let session = session(text)
    #expect(session.diagnostics.isEmpty, "\(session.diagnostics.map(\.short))")
    #expect(try session.printed().count == 1)
  }
}
