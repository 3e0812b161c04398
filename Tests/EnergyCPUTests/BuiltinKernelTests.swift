import CEnergyKernels
import EnergyBuiltins
import Testing

@testable import EnergyCPU

/// Kernels that stand for a built-in of the table mean the same, at the ends of the domain too.
@Suite struct BuiltinKernelTests {
  static let withKernel: [String] = Builtins.all.map(\.name.name).filter {
    ek_find_unary($0) >= 0 || ek_find_binary($0) >= 0
  }

  private func same(_ actual: Double, _ expected: Double, _ tolerance: Double) -> Bool {
    if actual.isNaN || expected.isNaN { return actual.isNaN && expected.isNaN }
    return actual == expected || abs(actual - expected) <= tolerance * max(abs(expected), 1e-300)
  }

  @Test(arguments: withKernel)
  func kernelMeansTheBuiltin(name: String) throws {
    let builtin = try #require(Builtins.all.first { $0.name.name == name })
    let special = KernelTests.special
    var numbers = TestNumbers(41)
    var x: [Double] = []
    var y: [Double] = []
    if builtin.value.arity == 1 {
      x = special + numbers.reals(50, -4...4)
      y = x
    } else {
      for left in special {
        for right in special {
          x.append(left)
          y.append(right)
        }
      }
      x += numbers.reals(50, -4...4)
      y += numbers.reals(50, -4...4)
    }
    let isUnary = builtin.value.arity == 1
    let position = isUnary ? ek_find_unary(name) : ek_find_binary(name)
    try #require(position >= 0, "the kernel has another number of arguments")
    for level in VectorLevel.available {
      let kernel =
        isUnary
        ? ek_unary(level.rawValue, Int32(EK_F64), position)
        : ek_binary(level.rawValue, Int32(EK_F64), position, Int32(EK_VV))
      var values = x
      var strides = ek_strides(lanes: x.count, out: x.count, a: x.count, b: x.count, c: 0)
      kernel?(&values, x, y, nil, &strides, 1)
      for index in x.indices {
        let expected = builtin.value(isUnary ? [x[index]] : [x[index], y[index]])
        if same(values[index], expected, 4e-15) { continue }
        Issue.record("\(name)(\(x[index]), \(y[index])) at \(level): \(values[index]), the table has \(expected)")
      }
    }
  }
}
