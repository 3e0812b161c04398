/// Programs of random terms that are well typed: sums, products, functions, conditions, index sums, comprehensions,
/// matrix products, recurrences. Values stay small.
struct RandomPrograms {
  private var random: SplitMix
  private var names = 0
  private let size = 4

  init(seed: Int) { random = SplitMix(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15) }

  private mutating func next(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

  private mutating func pick<T>(_ items: [T]) -> T { items[next(items.count)] }

  private mutating func fresh(_ letter: String) -> String {
    names += 1
    return "\(letter)\(names)"
  }

  mutating func program() -> String {
    """
    param a = 0.75
    param mu : vector[\(size)] = [0.5, -1, 0.25, 1.5]
    param A : matrix[\(size), \(size)] = [cos(i + 2*j) for i in 1..\(size), j in 1..\(size)]
    data k : integer[\(size)] = [3, 1, 4, 2]
    energy f(x : vector[\(size)]) = sumsq(x)/2 + \(number(3 + next(2), []))
    """
  }

  /// A number whose indices are in scope.
  private mutating func number(_ depth: Int, _ scope: [String]) -> String {
    if depth == 0 { return leaf(scope) }
    switch next(13) {
    case 0: return "(\(number(depth - 1, scope)) \(pick(["+", "-"])) \(number(depth - 1, scope)))"
    case 1: return "(\(number(depth - 1, scope))*\(number(depth - 1, scope)))"
    case 2, 3: return "\(pick(["sin", "tanh", "sigmoid", "abs", "softplus"]))(\(number(depth - 1, scope)))"
    case 4, 5:
      let index = fresh("i")
      let what = pick(["sum", "sum", "max", "min", "logsumexp"])
      return "\(what)(\(index) in 1..\(size): \(number(depth - 1, scope + [index])))"
    case 6:
      let (first, second) = (fresh("i"), fresh("j"))
      let ranges = "\(first) in 1..\(size), \(second) in \(first) + 1..\(size)"
      return "sum(\(ranges): \(number(depth - 1, scope + [first, second])))"
    case 7:
      let test = "\(number(depth - 1, scope)) > 0.3"
      return "(if \(test) then \(number(depth - 1, scope)) else \(number(depth - 1, scope)))"
    case 8: return "dot(\(vector(depth - 1, scope)), \(vector(depth - 1, scope)))"
    case 9: return "sum(\(vector(depth - 1, scope)))"
    case 10:
      let (step, state) = (fresh("t"), fresh("s"))
      let body = number(depth - 1, scope + [step])
      return "fold(\(step) in 1..\(size), \(state) = \(leaf(scope)): 0.7*\(state) + tanh(\(body)))"
    case 11: return "1/(1 + \(number(depth - 1, scope))^2)"
    default: return "max(\(number(depth - 1, scope)), \(number(depth - 1, scope)))"
    }
  }

  private mutating func leaf(_ scope: [String]) -> String {
    guard !scope.isEmpty, next(5) > 0 else { return pick(["a", "0.5", "x[1]", "mu[2]", "x[3]"]) }
    let (i, j) = (pick(scope), pick(scope))
    return pick([
      "x[\(i)]", "x[\(i)]", "mu[\(i)]", "A[\(i), \(j)]", "x[\(size + 1) - \(i)]", "x[k[\(i)]]",
      "x[wrap(\(i) + 1, \(size))]",
    ])
  }

  private mutating func vector(_ depth: Int, _ scope: [String]) -> String {
    if depth <= 0 { return pick(["x", "x", "mu"]) }
    switch next(6) {
    case 0: return "(\(vector(depth - 1, scope)) \(pick(["+", "-"])) \(vector(depth - 1, scope)))"
    case 1: return "(\(number(depth - 1, scope))*\(vector(depth - 1, scope)))"
    case 2: return "\(pick(["sin", "tanh"]))(\(vector(depth - 1, scope)))"
    case 3: return "(\(pick(["A", "A^T"])) (\(vector(depth - 1, scope))))"
    default:
      let index = fresh("i")
      return "[\(number(depth - 1, scope + [index])) for \(index) in 1..\(size)]"
    }
  }
}
