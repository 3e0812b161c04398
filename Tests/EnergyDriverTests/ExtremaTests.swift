import Testing

@testable import EnergyDriver

/// Scores and Laplacians of minima and maxima over neighbours, against dual numbers: which entry is the least must not
/// hang on how one and the same formula is rounded in different loops.
@Suite struct ExtremaTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let width: Int
    let function: any PlainFunction
    var testDescription: String { text }
  }

  static let cases = [
    Case(
      text:
        "min(i in 1..4: tanh(x[i]) + 1/(1 + x[wrap(i+1, 4)]^2))*max(i in 1..4: x[i]*x[wrap(i-1, 4)] + x[i])",
      width: 4, function: AroundACorner()),
    Case(
      text: "max(i in 1..5: x[i]^2*x[i+1] + tanh(x[i+1]) + x[i])^2 + x[1]*x[2]^2", width: 6, function: AlongAChain()),
    Case(
      text: "min(i in 1..6: x[i]^2*exp(x[wrap(i-2, 6)]) + tanh(x[wrap(i+1, 6)]) + exp(x[wrap(i+2, 6)]))^2",
      width: 6, function: FarAroundACorner()),
    Case(
      text: "sum(i in 1..5: min(j in 1..5 if i != j: tanh(x[j] - x[i])^2 + x[wrap(j+1, 5)]*x[i] + x[j]^2)^2)", width: 5,
      function: NearestOfEach()),
    Case(
      text:
        "max(i in 1..3, j in 1..4: x[4*(i - 1) + j]*tanh(x[4*(wrap(i+1, 3) - 1) + wrap(j-1, 4)]) + x[4*(i - 1) + j])^3",
      width: 12, function: OnATorus()),
  ]

  @Test(arguments: cases) func derivativesOfExtremaOverNeighbours(_ item: Case) throws {
    let rows = points(300, width: item.width)
    let session = session("energy f(x : vector[\(item.width)]) = \(item.text)")
    let values = try session.values(
      [.energy, .score, .laplacian], at: rows.flatMap { $0 }, shape: [rows.count, item.width])
    for (number, row) in rows.enumerated() {
      let energy = item.function(row)
      #expect(isClose(values[0][number], energy, 1), "energy of row \(number + 1)")
      let gradient = item.function.gradient(row)
      let scale = gradient.reduce(1) { max($0, abs($1)) }
      for (entry, slope) in gradient.enumerated() {
        #expect(
          isClose(values[1][number * item.width + entry], -slope, scale),
          "score of row \(number + 1), entry \(entry + 1)")
      }
      let diagonal = item.function.hessian(row).enumerated().map { $1[$0] }
      #expect(
        isClose(values[2][number], diagonal.reduce(0, +), diagonal.reduce(1) { max($0, abs($1)) }),
        "Laplacian of row \(number + 1)")
    }
  }

  private func isClose(_ a: Double, _ b: Double, _ scale: Double) -> Bool {
    abs(a - b) <= 1e-12 * (abs(b) + scale)
  }

  // MARK: The same by hand

  struct AroundACorner: PlainFunction {
    func callAsFunction<Number: Arithmetic>(_ x: [Number]) -> Number {
      let bottom = least(
        (0..<4).map { i -> Number in
          let next = x[(i + 1) % 4]
          return Number.tanh(x[i]) + Number(1) / (Number(1) + next * next)
        })
      return bottom * greatest((0..<4).map { i -> Number in x[i] * x[(i + 3) % 4] + x[i] })
    }
  }

  struct AlongAChain: PlainFunction {
    func callAsFunction<Number: Arithmetic>(_ x: [Number]) -> Number {
      let top = greatest(
        (0..<5).map { i -> Number in
          let product = x[i] * x[i] * x[i + 1]
          return product + Number.tanh(x[i + 1]) + x[i]
        })
      return top * top + x[0] * x[1] * x[1]
    }
  }

  struct FarAroundACorner: PlainFunction {
    func callAsFunction<Number: Arithmetic>(_ x: [Number]) -> Number {
      let bottom = least(
        (0..<6).map { i -> Number in
          let product = x[i] * x[i] * Number.exp(x[(i + 4) % 6])
          return product + Number.tanh(x[(i + 1) % 6]) + Number.exp(x[(i + 2) % 6])
        })
      return bottom * bottom
    }
  }

  struct NearestOfEach: PlainFunction {
    func callAsFunction<Number: Arithmetic>(_ x: [Number]) -> Number {
      var sum = Number(0)
      for i in 0..<5 {
        let bottom = least(
          (0..<5).filter { $0 != i }.map { j -> Number in
            let t = Number.tanh(x[j] - x[i])
            let other = x[(j + 1) % 5] * x[i]
            return t * t + other + x[j] * x[j]
          })
        sum = sum + bottom * bottom
      }
      return sum
    }
  }

  struct OnATorus: PlainFunction {
    func callAsFunction<Number: Arithmetic>(_ x: [Number]) -> Number {
      let top = greatest(
        (0..<12).map { k -> Number in
          let neighbour = 4 * ((k / 4 + 1) % 3) + (k % 4 + 3) % 4
          return x[k] * Number.tanh(x[neighbour]) + x[k]
        })
      return top * top * top
    }
  }
}

private func least<Number: Arithmetic>(_ entries: [Number]) -> Number {
  entries.min { $0.plain < $1.plain } ?? Number(0)
}

private func greatest<Number: Arithmetic>(_ entries: [Number]) -> Number {
  entries.max { $0.plain < $1.plain } ?? Number(0)
}
