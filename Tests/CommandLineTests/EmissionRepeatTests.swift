import Foundation
import Testing

/// Emitted files don't depend on the run, on the folder, or on the seed of hashes, which each run has its own of.
@Suite struct EmissionRepeatTests {
  /// Models from nothing but their files, and how often each is written; all of them a hundred times for `make parity`.
  private static let models: [(name: String, text: String, arguments: [String], runs: Int)] = [
    (
      "small", "param a = 2\nparam m : vector[3] = [1, 2, 3]\nenergy f(x : vector[3]) = a*sum(exp(x - m)) + norm(x)",
      [], 100
    ),
    (
      "network",
      """
      param W : matrix[9, 8] = [sin(i*j) for i in 1..9, j in 1..8]
      param b : vector[9] = [cos(i) for i in 1..9]
      data k : integer[3] = [1, 3, 2]
      energy f(x : vector[8]) = sum(silu(W x + b)) + logdet(A A^T + eye(2)) + sum(x[k]) - logsumexp(x)
        where A = [[x[1], x[2]], [x[3], x[4]]]
      """, [], 6
    ),
    ("lattice", "import phi4 from std\nenergy f = phi4()", ["--dim", "L=8", "--dim", "M=8"], 6),
  ]

  private static let isFull = ProcessInfo.processInfo.environment["ENERGY_PARITY"] == "full"

  @Test(arguments: models.map(\.name), ["cuda", "c", "latex"])
  func filesAreTheSame(_ name: String, _ target: String) throws {
    let model = try #require(Self.models.first { $0.name == name })
    let runs = Self.isFull ? 100 : target == "cuda" ? model.runs : 4
    try withFolder { first in
      try withFolder { second in
        var known: [String: Data]?
        for folder in [first, second] {
          try Data((model.text + "\n").utf8).write(to: folder.appendingPathComponent("model.energy"))
        }
        for run in 0..<runs {
          let folder = run % 2 == 0 ? first : second
          let outcome = try Program.run(
            ["emit", "model.energy", "--target", target, "--out", "out/"] + model.arguments, in: folder)
          try #require(outcome.status == 0, "\(outcome.errors)")
          let files = try contents(folder.appendingPathComponent("out"))
          #expect(!files.isEmpty)
          if let known, known != files {
            Issue.record("run \(run + 1) wrote other bytes: \(files.keys.filter { files[$0] != known[$0] }.sorted())")
            return
          }
          known = files
          try FileManager.default.removeItem(at: folder.appendingPathComponent("out"))
        }
      }
    }
  }

  private func contents(_ folder: URL) throws -> [String: Data] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).reduce(into: [:]) { files, name in
      files[name] = try Data(contentsOf: folder.appendingPathComponent(name))
    }
  }
}
