import EnergyCPU
import EnergySemantics
import Foundation
import Testing

@testable import EnergyDriver

/// The programs that every target is tried on.
enum ParityCorpus {
  /// Whether everything is tried (`make parity`) or only what a test run has time for.
  static let isFull = ProcessInfo.processInfo.environment["ENERGY_PARITY"] == "full"

  /// The numbered examples at the points of their references.
  static func examples() throws -> [ParityCase] {
    let folder = root.appendingPathComponent("examples")
    return try ReferenceTests.examples.map { name in
      let data = try Data(contentsOf: root.appendingPathComponent("Tests/References/\(name).json"))
      let reference = try JSONDecoder().decode(ReferenceTests.Reference.self, from: data)
      let text = try String(contentsOf: folder.appendingPathComponent("\(name).energy"), encoding: .utf8)
      return ParityCase(
        name: name, program: text, folder: folder.path, energy: reference.energy_name, shape: reference.shape,
        x: reference.x, energyScale: reference.energy_scale, condition: conditions[name] ?? 1)
    }
  }

  /// A point of example 06 lies so near the ring that its norm loses three digits; a score of example 11 is the sum of
  /// a hundred larger terms.
  private static let conditions = ["06_product": 2000.0, "11_log_density": 256]

  /// The standard library at the points of its references; of each energy only the first program, unless all is tried.
  static func standardLibrary(_ name: String) throws -> [ParityCase] {
    let file = StandardLibraryReferenceTests.folder.appendingPathComponent("\(name).json")
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let reference = try decoder.decode(StandardLibraryReferenceTests.Reference.self, from: Data(contentsOf: file))
    let cases = isFull ? reference.cases : Array(reference.cases.prefix(1))
    return cases.enumerated().map { number, item in
      ParityCase(
        name: "\(name)_\(number + 1)", program: item.program, settings: item.settings, energy: "tested",
        shape: item.shape, x: item.x, energyScale: item.energy_scale, scoreScale: item.score_scale,
        laplacianScale: item.laplacian_scale, condition: item.condition, isForSingle: item.single)
    }
  }

  /// Programs of sizes at which threads share a sample, or a thread's arrays leave its registers.
  static let large = made(
    "large", rows: 5,
    [
      "energy f(x : vector[257]) = sum((x^2 - 1)^2)",
      "energy f(x : vector[132]) = sum(i in 1..131: 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)",
      "param a = 0.3\nenergy f(p : matrix[16, 16]) = sum(i in 1..16, j in 1..16: 0.5*(p[i, j] - p[wrap(i+1, 16), j])^2 + 0.5*(p[i, j] - p[i, wrap(j+1, 16)])^2 + a*p[i, j]^4)",
      "energy f(p : matrix[32, 32]) = sum(i in 1..32, j in 1..32: (p[i, j] - p[wrap(i+1, 32), j])^2 + cos(p[i, wrap(j-2, 32)] - p[i, j]))",
      "energy f(a : vector[8], p : matrix[20, 12]) = sum(i in 1..20, j in 1..12: p[i, j]*p[wrap(i+3, 20), wrap(j+1, 12)]*p[i, j]) + sumsq(a)*sum(p^2)",
      "param P : matrix[64, 64] = [exp(-abs(i - j)) for i in 1..64, j in 1..64]\nenergy f(x : vector[64]) = 0.5*x^T P x",
      "param M : matrix[3, 100] = [sin(i*j) for i in 1..3, j in 1..100]\nenergy f(x : vector[100]) = -logsumexp(k in 1..3: -0.5*sumsq(x - M[k, :]))",
      "energy f(x : vector[150]) = max(i in 1..150: x[i]*sin(x[i])) - min(i in 2..150: x[i] + x[i-1])",
      "data k : integer[120] = [1 + mod(7*i, 120) for i in 1..120]\nenergy f(x : vector[120]) = sum(i in 1..120: x[k[i]]*x[i]^2)",
      "param a = 0.5\nenergy f(x : vector[100]) = sumsq(scan(t in 1..100, s = 0: a*s + x[t]))",
      "energy f(x : vector[100], A : matrix[3, 3]) = sumsq(x) + det(A) + logdet(A A^T + 3*eye(3)) + sum(solve(A A^T + eye(3), x[1..3]))",
    ])

  /// Short samples with long tables that all samples share, one of which is in a parameter and one a formula: posteriors,
  /// mixtures, pairs with fixed points.
  static let tables = made(
    "tables", rows: 13,
    [
      "param X : matrix[900, 5] = [sin(i*j) for i in 1..900, j in 1..5]\nparam y : vector[900] = [if mod(i, 3) == 0 then 1 else -1 for i in 1..900]\nenergy f(w : vector[5]) = 0.5*sumsq(w) + sum(i in 1..900: softplus(-y[i]*dot(w, X[i, :])))",
      "param X : matrix[700, 20] = [cos(i + 3*j) for i in 1..700, j in 1..20]\nparam y : vector[700] = [sin(i) for i in 1..700]\nenergy f(w : vector[20], s : positive) = 0.5*sumsq(y - X w)/s^2 + 700*log(s) + 0.1*sumsq(w)",
      "import gaussian_mixture from std\nparam M : matrix[256, 4] = [cos(i + 3*j) for i in 1..256, j in 1..4]\nenergy f(x : vector[4]) = gaussian_mixture(x, w = ones(256)/256, M = M, s = ones(256))",
      "import gaussian_mixture from std\nenergy f(x : vector[3]) = gaussian_mixture(x, w = ones(300)/300, M = [cos(i + 3*j) for i in 1..300, j in 1..3], s = ones(300))",
      "param Q : matrix[400, 3] = [sin(i + j^2) for i in 1..400, j in 1..3]\nenergy f(p : matrix[6, 3]) = sum(a in 1..6, k in 1..400: exp(-sumsq(p[a, :] - Q[k, :]))) + sumsq(p)",
      "param c : vector[500] = [sin(3*i) for i in 1..500]\nenergy f(x : vector[2]) = min(i in 1..500: (x[1] - c[i])^2 + x[2]*c[i]) + sum(i in 1..500, j in i+1..500: sin(x[1]*c[i] + x[2]*c[j]))/5000",
    ])

  /// Products with matrices that all samples share: whole tiles and parts, several tiles of columns, matrices in the
  /// arguments, in memory and made from parameters, vectors that are made while they are multiplied, in place, added to.
  static let products = made(
    "products", rows: 67,
    [
      "param P : symmetric[64] = [exp(-abs(i - j)) for i in 1..64, j in 1..64]\nparam m : vector[64] = [sin(i) for i in 1..64]\nenergy f(x : vector[64]) = 0.5*(x - m)^T P (x - m)",
      "param P : symmetric[150] = [exp(-abs(i - j)) for i in 1..150, j in 1..150]\nparam m : vector[150] = [sin(i) for i in 1..150]\nenergy f(x : vector[150]) = 0.5*(x - m)^T P (x - m)",
      "param P : matrix[37, 37] = [cos(i + 2*j)/37 for i in 1..37, j in 1..37]\nenergy f(x : vector[37]) = x^T P x + sum(x^4)",
      "param U : matrix[128, 8] = [sin(i + 3*j) for i in 1..128, j in 1..8]\nparam V : matrix[128, 128] = [cos(i*j)/16 for i in 1..128, j in 1..128]\nparam w : vector[128] = [sin(i) for i in 1..128]\nenergy f(x : vector[8]) = w^T silu(V silu(U x) + w) + 0.1",
      "param U : matrix[50, 7] = [sin(i + 3*j) for i in 1..50, j in 1..7]\nparam V : matrix[33, 50] = [cos(i*j)/8 for i in 1..33, j in 1..50]\nparam W : matrix[21, 33] = [cos(i - j)/6 for i in 1..21, j in 1..33]\nenergy f(x : vector[7]) = sum(tanh(W tanh(V tanh(U x)))) + 0.5*sumsq(x)",
      "param W : matrix[40, 30] = [sin(i*j)/6 for i in 1..40, j in 1..30]\nparam b : vector[40] = [cos(i) for i in 1..40]\nenergy f(v : vector[30]) = 0.5*sumsq(v) - sum(softplus(W v + b))",
      "param A : matrix[96, 32] = [sin(i*j)/6 for i in 1..96, j in 1..32]\nenergy f(x : vector[32], t : real) = logsumexp(A x + t) + max(A x) + t^2",
      "param A : matrix[48, 48] = [sin(i*j)/7 for i in 1..48, j in 1..48]\nparam B : matrix[48, 48] = [cos(i*j)/7 for i in 1..48, j in 1..48]\nenergy f(x : vector[48]) = sum(tanh(A x + B tanh(B x))) + sum(x)*x[3]",
      "param A : matrix[160, 20] = [sin(i*j)/6 for i in 1..160, j in 1..20]\nparam B : matrix[200, 160] = [cos(i*j)/12 for i in 1..200, j in 1..160]\nenergy f(x : vector[20]) = sum(softplus(B sin(A x)))",
    ])

  /// Programs for what the library has none for.
  static let constructs = made(
    "construct", rows: 21,
    [
      "energy f(x : vector[3]) = if x[1] > 0 and not (x[2] < x[3]) then x[1]*log(x[1]) else sum(x^2)",
      "energy f(x : vector[3]) = max(min(x[1], x[2]), x[3]) + norm(x)^3 + mod(x[1], 2)",
      "energy f(x : vector[4]) = logdet(A) + x^T solve(A, x) where A = [x[i]*x[j] for i in 1..4, j in 1..4] + 3*eye(4)",
      "energy f(x : vector[4]) = sum(cholesky(A)) + det(A) + trace(inv(A)) where A = [x[i]*x[j] for i in 1..4, j in 1..4] + 3*eye(4)",
      "data k : integer[3] = [3, 1, 2]\nenergy f(x : vector[3]) = sum(i in 1..3: x[k[i]]*i) + sum(x[k]^2)",
      "energy f(X : matrix[3, 2]) = sum(i in 1..3, j in i+1..3: 1/(1 + sumsq(X[i, :] - X[j, :]))) + x[wrap(4, 3), 1] where x = X",
      "param W : matrix[40, 30] = [sin(i*j) for i in 1..40, j in 1..30]\nenergy f(x : vector[30]) = sum(tanh(W x)) + sumsq(W^T (W x))",
      "energy f(x : vector[2]) = softplus(x[1]) + log_normcdf(x[2]) + lgamma(3 + x[1]^2) + gelu(x[2]) + x[1]^2.5^2",
      "param L : lower[3] = [[2, 0, 0], [1, 3, 0], [-1, 1, 2]]\nenergy f(x : vector[3]) = sumsq(solve(L, x)) + x^T solve(L^T, sort(x))",
      "energy f(S : spd[2]) = trace(S) - logdet(S)",
      "param frame = 2.0\nparam tile : vector[2] = [0.5, -1]\nparam u = 1.5\nparam status = 1\nenergy f(lane : vector[2], float : vector[2]) = u*sumsq(lane - tile) + frame*sum(float^4) + status*lane[1]*float[2]",
      "energy f(x : vector[4]) = min(i in 1..4: tanh(x[i]) + 1/(1 + x[wrap(i+1, 4)]^2))*max(i in 1..4: x[i]*x[wrap(i-1, 4)] + x[i])",
      "energy f(x : vector[6]) = max(i in 1..5: x[i]^2*x[i+1] + tanh(x[i+1]) + x[i])^2 + x[1]*x[2]^2",
      "energy f(x : vector[2], t : real) = t^2*sumsq(x) + select(t > 0, t, 0)",
      "energy f(input0 : matrix[2, 2], input1 : vector[2]) = det(input0) + sum(solve(input0 + 9*eye(2), input1))",
    ])

  /// Cases of programs whose energy is called f.
  private static func made(_ name: String, rows: Int, _ programs: [String]) -> [ParityCase] {
    programs.enumerated().map { number, program in
      let session = session(program)
      let samples = (try? session.energy(named: "f"))?.samples ?? []
      let shapes = samples.map { session.graph[$0.symbol].shape.map { $0.value([:]) ?? 0 } }
      let width = shapes.reduce(0) { $0 + $1.reduce(1, *) }
      return ParityCase(
        name: "\(name)_\(number + 1)", program: program, energy: "f",
        shape: [rows] + (shapes.count == 1 ? shapes[0] : [width]), x: points(rows, width: width).flatMap { $0 },
        condition: 16)
    }
  }

  /// An energy of the library whose samples may have any length: `{d}` in its program stands for it.
  private struct Sized: Decodable {
    let name: String
    let least: Int
    let multiple: Int
    let program: String
    /// By how much each number of a sample makes rounding errors worse, where it does: weights of a sequence are
    /// differences of log-likelihoods that grow with its length.
    let condition: Double?
  }

  /// One energy at several lengths.
  struct Lengths: Sendable, CustomTestStringConvertible {
    let name: String
    let cases: [ParityCase]
    var testDescription: String { name }
  }

  /// Energies of the library whose samples may have any length, at several lengths; a few of them unless all is tried.
  static func sizes() throws -> [Lengths] {
    let data = try Data(contentsOf: root.appendingPathComponent("Tests/CUDA/sizes.json"))
    let all = try JSONDecoder().decode([Sized].self, from: data)
    let some = ["double_well": [1, 3, 17, 64, 257, 1024], "rosenbrock": [3, 257], "gaussian_mixture": [64]]
    return all.compactMap { energy in
      let lengths = (isFull ? some["double_well"] : some[energy.name]) ?? []
      let fitting = lengths.filter { $0 >= energy.least && $0.isMultiple(of: energy.multiple) }
      return fitting.isEmpty ? nil : Lengths(name: energy.name, cases: fitting.map { sized(energy, $0) })
    }
  }

  private static func sized(_ energy: Sized, _ length: Int) -> ParityCase {
    var rows = points(5, width: length)
    let isSimplex = energy.program.contains(": simplex")
    if isSimplex || energy.program.contains(": unit_vector") {
      rows = rows.map { row in
        let size = isSimplex ? row.reduce(0) { $0 + abs($1) } : row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return row.map { (isSimplex ? abs($0) : $0) / size }
      }
    }
    return ParityCase(
      name: "\(energy.name)_of_\(length)", program: energy.program.replacing("{d}", with: "\(length)"),
      energy: "tested",
      shape: [5, length], x: rows.flatMap { $0 }, condition: max(64, (energy.condition ?? 0) * Double(length)))
  }

  /// Seeds of random programs, in parts that are compiled together; 562 once found a minimum over neighbours that was
  /// compared with what rounds otherwise.
  static let seeds =
    stride(from: 0, to: isFull ? 1000 : 40, by: 20).map { $0..<$0 + 20 } + (isFull ? [] : [562..<563])

  static func random(_ seed: Int) -> ParityCase {
    var programs = RandomPrograms(seed: seed)
    return ParityCase(
      name: "random_\(seed)", program: programs.program(), shape: [9, 4],
      x: points(9, width: 4, seed: UInt64(seed)).flatMap { $0 }, condition: 256)
  }
}
