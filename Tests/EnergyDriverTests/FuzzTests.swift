import EnergyData
import EnergyIR
import EnergySemantics
import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// Mutated programs through the whole pipeline in this process: any outcome is fine but a crash, a span outside the
/// text or more than a second. `ENERGY_FUZZ_MUTATIONS` says how many.
@Suite struct FuzzTests {
  static let total = ProcessInfo.processInfo.environment["ENERGY_FUZZ_MUTATIONS"].flatMap { Int($0) } ?? 20_000
  static let shards = 16

  @Test(arguments: 0..<shards) func mutatedPrograms(_ shard: Int) throws {
    let seeds = try Self.seeds()
    let files = CachedFiles(folder: Model.root.appendingPathComponent("examples").path)
    let library = StandardLibrary.names.map { name in
      Array("import \(name) from std\nenergy f(x : vector[3]) = \(name)(x)\nscore(f)\n".utf8)
    }
    let others = BadProgramTests.programs.map(\.source) + library
    var mutator = Mutator(seeds: seeds, others: others, random: SplitMix(state: UInt64(1000 + shard)))
    var slowest = (seconds: 0.0, text: "")
    var sound = 0
    for _ in 0..<(Self.total / Self.shards) {
      let text = mutator.next()
      let start = Self.processorTime()
      if Self.pipeline(text, files) { sound += 1 }
      let seconds = Self.processorTime() - start
      if seconds > slowest.seconds { slowest = (seconds, String(decoding: text, as: UTF8.self)) }
    }
    #expect(slowest.seconds < 1, "took \(slowest.seconds) s: \(slowest.text)")
    // Mutations that never parse would test the parser alone.
    #expect(sound > Self.total / Self.shards / 100)
  }

  /// Time of this thread alone, so that other work on the computer doesn't count.
  static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  static func seeds() throws -> [[UInt8]] {
    let folder = Model.root.appendingPathComponent("examples")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".energy") }
    let examples = try names.sorted().map { name in
      try [UInt8](Data(contentsOf: folder.appendingPathComponent(name)))
    }
    let tensors = SecondOrderTests.structural.map { "energy f(x : vector[4]) = \($0)\nscore(f)\nlaplacian(f)\n" }
    return examples + DerivativeTests.programs.map { Array(($0 + "\nf\nscore(f)\n").utf8) }
      + (tensors + Self.statements).map { Array($0.utf8) }
  }

  /// Programs of what the examples have little of.
  private static let statements = [
    "import gaussian, mixture from std\nenergy a = gaussian(mu = [-2, 0])\nenergy f = mixture(Es = [mixture(Es = [a, a]), a])\nf([1, 1])\nscore(f)([1, 1])\n",
    "energy f(x : vector[2]; mu = 0.5) = mu*sumsq(x)\nemit c f\nemit latex f\nhvp(f, [1, 0])\ncheck f\n",
    "param net : mlp[2, 3, 3, 1](tanh) = random(seed = 1)\nenergy f(x : vector[2]) = net(x) + net(2*x)\nemit c f\nhessian(f)([1, 2])\n",
    "data y : vector[3] = [1, 2, 0.5]\nenergy f(x : vector[2]) = sum(scan(t in 1..3, h = exp(x[1]): 0.1*h + y[t]^2)) + fold(t in 3..1 by -1, s = 0, z = x[2]: [s + z, 0.5*z*y[t]])[1]\nf([0.1, 0.2])\nscore(f)([0.1, 0.2])\n",
    "energy f(x : vector[4]) = sum(einsum(\"ij,jk,k->i\", A, A, x[1..2]^2)) where A = reshape(x, 2, 2)\nunconstrained(f)\nf([1, 2, 3, 4])\n",
    "fn a(x) = x + x*x\nenergy f(x : simplex[3]) = a(a(a(sum(x^2))))\nunconstrained(f)([0.1, 0.2])\nlaplacian(f)\n",
  ]

  /// Parses, checks, derives, prints, and evaluates what is small; returns whether the program was sound.
  static func pipeline(_ text: [UInt8], _ files: CachedFiles) -> Bool {
    let session = Session(SourceFile(name: "fuzz.energy", bytes: text), folder: files.folder, files: files)
    for diagnostic in session.diagnostics {
      for span in [diagnostic.span].compactMap({ $0 }) + diagnostic.notes.compactMap(\.span) {
        #expect(span.file != 0 || (span.start >= 0 && span.end <= Int32(text.count)), "\(diagnostic)")
      }
    }
    _ = TextRenderer(sources: session.sources).render(session.diagnostics)
    _ = JSONRenderer(sources: session.sources).render(session.diagnostics)
    guard !session.hasErrors else { return false }
    for energy in session.program.energies {
      _ = try? derive(session, energy)
    }
    if isSmall(session) { try? session.run { _ = $0.text } }
    return true
  }

  private static func derive(_ session: Session, _ energy: Program.Energy) throws {
    let model = try Model(session, energy)
    let derived = model.derived()
    for node in [derived.energy] + derived.gradients { _ = session.formula(node) }
    if isSmall(session), model.hasSizes, model.width <= 64 {
      _ = try? model.evaluateLowered(
        [derived.energy] + derived.gradients, at: [Double](repeating: 0.5, count: model.width))
    }
  }

  /// Whether nothing in the program is large: a mutated size may ask for hours of honest work.
  private static func isSmall(_ session: Session) -> Bool {
    let graph = session.program.graph
    var cost = 1.0
    for index in 0..<graph.count {
      let node = graph[NodeID(index)]
      for size in node.shape + node.operation.bound.map(\.extent) {
        guard (size.constant ?? 4) <= 200 else { return false }
      }
      let loops = node.operation.bound.reduce(1.0) { $0 * Double($1.extent.constant ?? 4) }
      cost += loops * node.shape.reduce(1.0) { $0 * Double($1.constant ?? 4) }
    }
    return cost < 20_000
  }
}

/// The examples' arrays, read once.
final class CachedFiles: FileAccess, @unchecked Sendable {
  let folder: String
  private var arrays: [String: Result<ArrayFile, any Error>] = [:]

  init(folder: String) { self.folder = folder }

  func array(at path: String) throws -> ArrayFile { try array(at: path, within: folder) }

  func array(at path: String, within folder: String) throws -> ArrayFile {
    let known = arrays[path] ?? Result { try DiskFiles().array(at: path, within: folder) }
    if arrays.count < 1000 { arrays[path] = known }
    return try known.get()
  }
}

/// Changes programs by bytes and by tokens.
struct Mutator {
  let seeds: [[UInt8]]
  /// Programs in error and uses of the standard library: a quarter of the mutations begin with one of them.
  let others: [[UInt8]]
  var random: SplitMix

  private static let words: [String] = [
    "sum(i in 1..3: ", "if x > 0 then ", " else ", " where r = x", "^T ", "'", "[1, 2]", "[:, 1]", "..", "score(f)(x)",
    "1e308", "-", "(", ")", "/", "^-1", "logsumexp", "wrap(i + 1, 3)", "norm(x)", "x[end]", " by 2", "\n", "μ", "²",
    "‖",
    "param q : spd[2]", "nan", "inf", "0", "99", "inv(", "[x[i] for i in 1..2]", "; ", "energy g(x) = ", "not ",
    " mod ", "fold(t in 1..3, s = 0: s + t)", "scan(t in 1..3, s = x[1], r = 0: [s*t, r + s])",
    "import gaussian from std\n",
    "Es : energy[2]", "param net : mlp[2, 3, 1](tanh) = random(seed = 0)\n", "unconstrained(f)(x)", "hvp(f, x)(x)",
    "hessian(f)", "laplacian(f)(x)", "random(seed = 1)", "einsum(\"ij,j->i\", A, x)", "axis = 1", ": simplex[2]",
    "base : energy",
    "sort(x)", "cumsum(x)", "concat(x, x)", "np.exp(", "x.sum()", "**", "//", "|x|", "{", "'x'", "~", "\\", "?", ":=",
    "+=", "<-",
    "dim n = 2\n", "let a = ", "fn f(t) = t\n", "check f\n", "save x to \"a.npy\"", "\u{200B}", "∑", "½", "end",
    "energy", "data",
  ]

  mutating func next() -> [UInt8] {
    let pool = others.isEmpty || Int.random(in: 0..<4, using: &random) > 0 ? seeds : others
    var text = pool[Int.random(in: 0..<pool.count, using: &random)]
    for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&text) }
    return text
  }

  private mutating func mutate(_ text: inout [UInt8]) {
    guard !text.isEmpty else { return }
    let at = Int.random(in: 0..<text.count, using: &random)
    let length = min(Int.random(in: 1...8, using: &random), text.count - at)
    switch Int.random(in: 0..<7, using: &random) {
    case 0: text[at] = UInt8.random(in: 0...255, using: &random)
    case 1: text[at] = UInt8.random(in: 32...126, using: &random)
    case 2: text.removeSubrange(at..<(at + length))
    case 3: text.insert(contentsOf: text[at..<(at + length)], at: Int.random(in: 0...text.count, using: &random))
    case 4:
      let word = Self.words[Int.random(in: 0..<Self.words.count, using: &random)]
      text.insert(contentsOf: Array(word.utf8), at: at)
    case 5:
      let other = seeds[Int.random(in: 0..<seeds.count, using: &random)]
      let start = Int.random(in: 0..<max(1, other.count), using: &random)
      let piece = other[start..<min(other.count, start + Int.random(in: 1...30, using: &random))]
      text.replaceSubrange(at..<(at + length), with: piece)
    default: swapTokens(&text)
    }
  }

  private mutating func swapTokens(_ text: inout [UInt8]) {
    let pieces = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map(Array.init)
    guard pieces.count > 2 else { return }
    var mixed = pieces
    mixed.swapAt(
      Int.random(in: 0..<pieces.count, using: &random), Int.random(in: 0..<pieces.count, using: &random))
    text = Array(mixed.joined(separator: [UInt8(ascii: " ")]))
  }
}
