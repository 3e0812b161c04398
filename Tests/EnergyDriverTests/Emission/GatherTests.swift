import EnergyLowering
import Testing

@testable import EnergyCodegen
@testable import EnergyDriver

/// Neighbours around a corner: their scores are gathered in the loop that fills the array.
@Suite struct GatherTests {
  private func scoreProgram(_ text: String) throws -> LoopProgram {
    let session = session(text)
    var options = EmissionOptions()
    options.what = [.score]
    return try session.emissionRequest(of: session.energy(named: "f"), options).entryPoints[0].program
  }

  @Test(arguments: [
    "energy f(x : vector[9]) = sum(i in 1..9: (x[wrap(i+1, 9)] - x[i])^4)",
    "energy f(x : vector[9]) = sum(i in 1..9: x[i]^2*x[wrap(i-2, 9)]^3)",
    "energy f(x : vector[9]) = sum(i in 1..9: x[i]^2*x[wrap(3-i, 9)]^3)",
    "energy f(p : matrix[4, 6]) = sum(i in 1..4, j in 1..6: (p[wrap(i+1, 4), j] - p[i, j])^2 + p[i, wrap(j+1, 6)]^3)",
  ])
  func aLatticeIsFilledOnce(_ text: String) throws {
    let body = try scoreProgram(text).body
    let stores = body.filter { if case .store(let access, _) = $0 { !access.positions.isEmpty } else { false } }
    let additions = body.filter {
      if case .accumulate(_, let access, _) = $0 { !access.positions.isEmpty } else { false }
    }
    #expect(stores.count == 1)
    #expect(additions.isEmpty)
  }

  /// Functions are computed once, where the sum has them, and what is compared with a minimum is what it was taken of.
  @Test(arguments: [
    ("energy f(x : vector[9]) = sum(i in 1..9: cos(x[i] - x[wrap(i+1, 9)]))", "sin"),
    ("energy f(x : vector[9]) = min(i in 1..9: tanh(x[i]) + x[wrap(i+1, 9)]^2)", "tanh"),
    ("energy f(x : vector[9]) = max(i in 1..9: x[i]*x[wrap(i+1, 9)])", "equal"),
  ])
  func nothingIsComputedAnewAroundACorner(_ text: String, _ function: String) throws {
    let calls = try scoreProgram(text).body.filter {
      if case .compute(_, .function(let name), _, _) = $0 { name.name == function } else { false }
    }
    #expect(calls.count == 1)
  }

  /// 2a - 2b + 2c takes one multiplication by 2, beside other terms too.
  @Test func aFactorIsTakenOutOfASum() throws {
    let text = "energy f(x : vector[3]) = 2*sin(x[1]) - 2*cos(x[2]) + 2*exp(x[3]) + tanh(x[1])"
    let session = session(text)
    var options = EmissionOptions()
    options.what = [.energy]
    let body = try session.emissionRequest(of: session.energy(named: "f"), options).entryPoints[0].program.body
    let products = body.filter {
      if case .compute(_, .multiply, let operands, _) = $0 { operands.contains(.constant(2)) } else { false }
    }
    #expect(products.count == 1)
  }
}
