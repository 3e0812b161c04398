import EnergyIR
import EnergySemantics
import EnergyText

/// What is known of the sizes of a program, with the places that say so.
struct SizeTable {
  /// One statement about a size.
  struct Fact {
    let size: Size
    let value: Int
    let reason: String
    let span: Span?
  }

  /// Values of dimensions so far.
  private(set) var values: [Dimension: Int] = [:]
  private(set) var facts: [Fact] = []

  /// Notes that `size` is `value`; `solve` draws the conclusions.
  mutating func add(_ size: Size, is value: Int, because reason: String, at span: Span? = nil) {
    facts.append(Fact(size: size, value: value, reason: reason, span: span))
  }

  /// Notes what an array of shape `lengths` says about a tensor of shape `shape`, which has as many axes.
  mutating func add(_ shape: [Size], are lengths: [Int], because reason: (Int) -> String, at span: Span? = nil) {
    for (axis, size) in shape.enumerated() { add(size, is: lengths[axis], because: reason(axis), at: span) }
  }

  /// Finds the dimensions that the facts determine, and compares all facts with them.
  /// - Throws: `E-size` naming all places that disagree.
  mutating func solve() throws(Diagnostic) {
    var changed = true
    while changed {
      changed = false
      for fact in facts {
        guard let (dimension, value) = Self.solution(fact, values) else { continue }
        values[dimension] = value
        changed = true
      }
    }
    for fact in facts {
      // What was concluded about sizes relies on their being at least 1.
      if let bad = fact.size.dimensions.sorted().first(where: { (values[$0] ?? 1) < 1 }) {
        let known = "\(fact.size) = \(fact.value) from \(fact.reason)"
        throw Diagnostic(
          .error, .size, "the size \(bad.name) would be \(values[bad] ?? 0), and sizes are at least 1: \(known)",
          at: fact.span)
      }
      guard let value = fact.size.value(values), value != fact.value else { continue }
      throw conflict(fact)
    }
  }

  /// The one dimension of a fact that is still open, where its equation determines it.
  private static func solution(_ fact: Fact, _ values: [Dimension: Int]) -> (Dimension, Int)? {
    let known = fact.size.substituting(values.mapValues { Size($0) })
    let open = known.dimensions
    guard open.count == 1, let dimension = open.first else { return nil }
    var factor = 0
    var rest = fact.value
    for term in known.terms {
      if term.factors.isEmpty {
        rest -= term.coefficient
      } else if term.factors == [dimension] {
        factor = term.coefficient
      } else {
        return known.root(of: dimension, reaching: fact.value).map { (dimension, $0) }
      }
    }
    guard factor != 0, rest % factor == 0 else { return nil }
    return (dimension, rest / factor)
  }

  private func conflict(_ fact: Fact) -> Diagnostic {
    let involved = facts.filter { !$0.size.dimensions.isDisjoint(with: fact.size.dimensions) || $0.size == fact.size }
    let all = involved.map { "\($0.size) = \($0.value) from \($0.reason)" }
    let message = "sizes disagree: " + all.joined(separator: ", ")
    var span: Span?
    for other in involved where span == nil { span = other.span }
    let hint =
      involved.contains { $0.reason.hasPrefix("--dim") }
      ? "leave out --dim, or give values that fit it" : "the values must fit one another"
    return Diagnostic(.error, .size, message, at: span, hints: [.init(hint)])
  }

  /// The lengths of a shape.
  func lengths(_ shape: [Size]) -> [Int]? {
    var result: [Int] = []
    for size in shape {
      guard let value = size.value(values), value >= 0 else { return nil }
      result.append(value)
    }
    return result
  }

  /// A shape as it is known so far: `8`, or `d` where it isn't.
  func text(_ size: Size) -> String { size.value(values).map(String.init) ?? size.description }
}
