import EnergyIR
import EnergySemantics
import EnergyText

extension Session {
  /// Checks what had to wait until sizes were known: sizes that must fit, indices that must be in range.
  func check(_ sizes: SizeTable) throws {
    var errors: [Diagnostic] = []
    for condition in program.sizeConditions {
      guard let value = condition.size.value(sizes.values) else { continue }
      if condition.isEquation ? value != 0 : value < 0 {
        errors.append(
          Diagnostic(
            .error, .size, condition.message + Self.known(condition.size.dimensions, sizes), at: condition.span))
      }
    }
    for condition in program.indexConditions {
      if let bad = IndexRange(condition, sizes.values)?.outside() {
        errors.append(
          Diagnostic(
            .error, .index, "this index reaches \(bad.index + 1), but there are \(bad.extent) entries",
            at: condition.span,
            hints: [.init("indices run from 1 to the size")]))
      }
    }
    if !errors.isEmpty { throw Diagnostics(errors) }
  }

  /// ` (d = 1)` of the sizes in a condition.
  private static func known(_ dimensions: Set<Dimension>, _ sizes: SizeTable) -> String {
    let all = dimensions.sorted().compactMap { dimension in sizes.values[dimension].map { "\(dimension.name) = \($0)" }
    }
    return all.isEmpty ? "" : " (" + all.joined(separator: ", ") + ")"
  }
}

/// The values that an index takes where its conditions hold.
private struct IndexRange {
  let condition: Program.IndexCondition
  let sizes: [Dimension: Int]
  let extent: Int
  var ranges: [Variable: ClosedRange<Int>] = [:]
  /// Below this many combinations of index values all of them are tried.
  private static let enumerationLimit = 1 << 20

  /// `nil` where a size isn't known, or where some range is empty.
  init?(_ condition: Program.IndexCondition, _ sizes: [Dimension: Int]) {
    self.condition = condition
    self.sizes = sizes
    guard let extent = condition.extent.value(sizes) else { return nil }
    self.extent = extent
    let variables = Set(condition.index.variables).union(condition.conditions.variables)
    for variable in variables {
      guard let length = variable.extent.value(sizes), length > 0 else { return nil }
      ranges[variable] = 0...(length - 1)
    }
  }

  /// An index out of range, where there is one.
  func outside() -> (index: Int, extent: Int)? {
    guard let bounds = bounds(condition.index) else { return nil }
    if bounds.lowerBound >= 0, bounds.upperBound < extent { return nil }
    let variables = ranges.keys.sorted()
    var count = 1
    for variable in variables {
      let (product, overflow) = count.multipliedReportingOverflow(by: ranges[variable]?.count ?? 1)
      count = overflow || product > Self.enumerationLimit ? Self.enumerationLimit + 1 : product
    }
    guard count <= Self.enumerationLimit else { return tightened()?.outsideByBounds() }
    var place = variables.map { ranges[$0]?.lowerBound ?? 0 }
    for _ in 0..<count {
      let values = Dictionary(uniqueKeysWithValues: zip(variables, place))
      if holds(values), let index = value(condition.index, values), index < 0 || index >= extent {
        return (index, extent)
      }
      for axis in variables.indices {
        place[axis] += 1
        guard let range = ranges[variables[axis]], place[axis] > range.upperBound else { break }
        place[axis] = range.lowerBound
      }
    }
    return nil
  }

  private func outsideByBounds() -> (index: Int, extent: Int)? {
    guard let bounds = bounds(condition.index) else { return nil }
    if bounds.lowerBound < 0 { return (bounds.lowerBound, extent) }
    return bounds.upperBound >= extent ? (bounds.upperBound, extent) : nil
  }

  /// The ranges cut by the conditions, in a few rounds; `nil` where nothing is left.
  private func tightened() -> IndexRange? {
    var result = self
    for _ in 0..<4 {
      for condition in condition.conditions.conditions where condition.relation != .differsFromZero {
        guard condition.expression.modulus == nil else { continue }
        for term in condition.expression.terms {
          var signs = [term.coefficient]
          if condition.relation == .equalsZero { signs.append(-term.coefficient) }
          for coefficient in signs {
            let sign = coefficient == term.coefficient ? 1 : -1
            guard let offset = condition.expression.offset.value(sizes), let range = result.ranges[term.variable]
            else { continue }
            var most = sign * offset
            for other in condition.expression.terms where other.variable != term.variable {
              let factor = sign * other.coefficient
              guard let bounds = result.ranges[other.variable] else { continue }
              most += factor * (factor > 0 ? bounds.upperBound : bounds.lowerBound)
            }
            // coefficient·v + most ≥ 0 bounds v from one side.
            var (low, high) = (range.lowerBound, range.upperBound)
            if coefficient > 0 {
              low = max(low, Int((-Double(most) / Double(coefficient)).rounded(.up)))
            } else {
              high = min(high, Int((Double(most) / Double(-coefficient)).rounded(.down)))
            }
            guard low <= high else { return nil }
            result.ranges[term.variable] = low...high
          }
        }
      }
    }
    return result
  }

  private func bounds(_ expression: IndexExpression) -> ClosedRange<Int>? {
    guard let offset = expression.offset.value(sizes) else { return nil }
    if let modulus = expression.modulus {
      guard let length = modulus.value(sizes), length > 0 else { return nil }
      return 0...(length - 1)
    }
    var (low, high) = (offset, offset)
    for term in expression.terms {
      guard let range = ranges[term.variable] else { return nil }
      low += term.coefficient * (term.coefficient > 0 ? range.lowerBound : range.upperBound)
      high += term.coefficient * (term.coefficient > 0 ? range.upperBound : range.lowerBound)
    }
    return low...high
  }

  private func value(_ expression: IndexExpression, _ values: [Variable: Int]) -> Int? {
    guard var sum = expression.offset.value(sizes) else { return nil }
    for term in expression.terms { sum += term.coefficient * (values[term.variable] ?? 0) }
    guard let modulus = expression.modulus else { return sum }
    guard let length = modulus.value(sizes), length > 0 else { return nil }
    return ((sum % length) + length) % length
  }

  private func holds(_ values: [Variable: Int]) -> Bool {
    condition.conditions.conditions.allSatisfy { condition in
      guard let value = value(condition.expression, values) else { return false }
      switch condition.relation {
      case .atLeastZero: return value >= 0
      case .equalsZero: return value == 0
      case .differsFromZero: return value != 0
      }
    }
  }
}
