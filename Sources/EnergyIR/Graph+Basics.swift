extension Graph {
  // MARK: Numbers

  /// A number.
  public func constant(_ value: Double, type: ElementType = .real) -> NodeID {
    intern(.constant(value), [], shape: [], type: type)
  }

  /// A size as a number.
  public func size(_ size: Size) -> NodeID {
    if let number = size.constant { return constant(Double(number), type: .int) }
    return intern(.size(size), [], shape: [], type: .int)
  }

  /// An index (0-based) as a number.
  public func iota(_ expression: IndexExpression) -> NodeID {
    if let size = expression.size { return self.size(size) }
    return intern(.iota(expression), [], shape: [], type: .int)
  }

  /// The number, where the node is one; also for a tensor filled with it.
  public func constantValue(_ id: NodeID) -> Double? {
    switch self[id].operation {
    case .constant(let value): return value
    case .contract(let spec) where spec.summed.isEmpty && Set(spec.output).count == spec.output.count:
      guard self[id].arguments.count == 1, self[self[id].arguments[0]].rank == 0 else { return nil }
      return constantValue(self[id].arguments[0])
    default: return nil
    }
  }

  /// Whether the node is 0 everywhere.
  public func isZero(_ id: NodeID) -> Bool { constantValue(id) == 0 }

  /// A tensor whose entries all are the scalar `id`.
  public func broadcast(_ id: NodeID, to shape: [Size]) -> NodeID {
    if shape.isEmpty || self[id].rank > 0 { return id }
    return intern(
      .contract(Contraction(inputs: [[]], output: Array(shape.indices), sizes: shape)), [id], shape: shape,
      type: self[id].type)
  }

  /// The scalar that a tensor is filled with, where it is made that way; else the node itself.
  func unbroadcast(_ id: NodeID) -> NodeID {
    guard case .contract(let spec) = self[id].operation, self[id].arguments.count == 1,
      spec.inputs[0].isEmpty, Set(spec.output).count == spec.output.count
    else { return id }
    return self[id].arguments[0]
  }

  /// Zeros.
  public func zeros(_ shape: [Size], type: ElementType = .real) -> NodeID {
    broadcast(constant(0, type: type), to: shape)
  }

  /// The common shape of element-wise arguments: the first that isn't a scalar's.
  func commonShape(_ ids: [NodeID]) -> [Size] {
    for id in ids where self[id].rank > 0 { return self[id].shape }
    return []
  }

  // MARK: Element-wise

  /// An element-wise built-in on arguments of one shape or rank 0. Folding numbers is the caller's.
  public func apply(_ function: FunctionName, _ arguments: [NodeID], type: ElementType = .real) -> NodeID {
    let shape = commonShape(arguments)
    let scalars = arguments.map(unbroadcast)
    if !shape.isEmpty, scalars.allSatisfy({ self[$0].rank == 0 }) {
      return broadcast(intern(.apply(function), scalars, shape: [], type: type), to: shape)
    }
    return intern(.apply(function), scalars, shape: shape, type: type)
  }

  /// `condition ? a : b`, entry by entry; each of one shape or rank 0.
  public func select(_ condition: NodeID, _ a: NodeID, _ b: NodeID) -> NodeID {
    let shape = commonShape([condition, a, b])
    if let value = constantValue(condition) { return broadcast(value != 0 ? a : b, to: shape) }
    let (a, b) = (resolved(a, under: condition, holds: true), resolved(b, under: condition, holds: false))
    if a == b { return broadcast(a, to: shape) }
    if let scaled = scaledSelect(condition, a, b) { return broadcast(scaled, to: shape) }
    if let guarded = guardedSelect(condition, a, b) { return broadcast(guarded, to: shape) }
    let arguments = [condition, a, b].map(unbroadcast)
    let type = self[a].type == .real || self[b].type == .real ? ElementType.real : self[a].type
    if !shape.isEmpty, arguments.allSatisfy({ self[$0].rank == 0 }) {
      return broadcast(intern(.select, arguments, shape: [], type: type), to: shape)
    }
    return intern(.select, arguments, shape: shape, type: type)
  }

  /// A branch in which a select on the same condition is what the branch makes of it; also among the terms of a sum.
  private func resolved(_ id: NodeID, under condition: NodeID, holds: Bool) -> NodeID {
    let test = unbroadcast(condition)
    func chosen(_ id: NodeID) -> NodeID? {
      let inner = unbroadcast(id)
      guard case .select = self[inner].operation, self[inner].arguments[0] == test else { return nil }
      return broadcast(self[inner].arguments[holds ? 1 : 2], to: self[id].shape)
    }
    if let found = chosen(id) { return found }
    guard case .add(let coefficients, let constant) = self[id].operation,
      self[id].arguments.contains(where: { chosen($0) != nil })
    else { return id }
    let terms = zip(coefficients, self[id].arguments).map { ($0, chosen($1) ?? $1) }
    return broadcast(sum(terms, constant: constant), to: self[id].shape)
  }

  /// A number that all branches but zeros are multiplied by stands outside.
  private func scaledSelect(_ condition: NodeID, _ a: NodeID, _ b: NodeID) -> NodeID? {
    let (left, right) = (scaledTerm(unbroadcast(a)), scaledTerm(unbroadcast(b)))
    if let left, isZero(b) { return scale(left.factor, select(condition, left.rest, b)) }
    if let right, isZero(a) { return scale(right.factor, select(condition, a, right.rest)) }
    if let left, let right, left.factor == right.factor {
      return scale(left.factor, select(condition, left.rest, right.rest))
    }
    return nil
  }

  /// A guard that all branches but zeros carry stands outside: neither they nor what scatters them exists where it
  /// doesn't hold.
  private func guardedSelect(_ condition: NodeID, _ a: NodeID, _ b: NodeID) -> NodeID? {
    let (left, right) = (splitGuard(unbroadcast(a)), splitGuard(unbroadcast(b)))
    if !left.0.isAlways, isZero(b) { return guarded(left.0, select(condition, left.1, b)) }
    if !right.0.isAlways, isZero(a) { return guarded(right.0, select(condition, a, right.1)) }
    if !left.0.isAlways, left.0 == right.0 { return guarded(left.0, select(condition, left.1, right.1)) }
    return nil
  }

  /// `body` where the conditions hold, else 0.
  public func guarded(_ conditions: Guard, _ body: NodeID) -> NodeID {
    if conditions.isImpossible { return zeros(self[body].shape, type: self[body].type) }
    if conditions.isAlways || isZero(body) { return body }
    if case .guarded(let inner) = self[body].operation {
      return guarded(conditions.and(inner), self[body].arguments[0])
    }
    if let (factor, rest) = scaledTerm(body), factor != 1 {
      return scale(factor, guarded(conditions, rest))
    }
    return intern(.guarded(conditions), [body], shape: self[body].shape, type: self[body].type)
  }

  /// The guard in front of a node, and what it guards; `always` where there is none.
  public func splitGuard(_ id: NodeID) -> (Guard, NodeID) {
    if case .guarded(let conditions) = self[id].operation { return (conditions, self[id].arguments[0]) }
    if let (factor, rest) = scaledTerm(id), factor != 1, case .guarded(let conditions) = self[rest].operation {
      return (conditions, scale(factor, self[rest].arguments[0]))
    }
    return (.always, id)
  }

  /// Linear algebra on whole matrices. Shapes: inv (n, n); solve and its triangular kin (n, n), (n,) or (n, m);
  /// cholesky (n, n); logdet, det and is_spd (n, n), a scalar; argsort and pivots (n,).
  public func linearAlgebra(_ operation: LinearAlgebra, _ arguments: [NodeID]) -> NodeID {
    let shape: [Size]
    switch operation {
    case .inv, .cholesky, .argsort, .pivots: shape = self[arguments[0]].shape
    case .solve, .solveLower, .solveLowerTransposed:
      shape = self[arguments[1]].shape
      let (conditions, body) = splitGuard(arguments[1])
      if !conditions.isAlways { return guarded(conditions, linearAlgebra(operation, [arguments[0], body])) }
      if isZero(body) { return zeros(shape) }
      if let (factor, rest) = scaledTerm(body), factor != 1 {
        return scale(factor, linearAlgebra(operation, [arguments[0], broadcast(rest, to: shape)]))
      }
      if operation == .solve, let column = inverseColumn(arguments[0], body) { return column }
      if case .select = self[body].operation, self[self[body].arguments[0]].rank == 0, hasZeroBranch(body) {
        let branches = self[body].arguments.dropFirst().map {
          linearAlgebra(operation, [arguments[0], broadcast($0, to: shape)])
        }
        return select(self[body].arguments[0], branches[0], branches[1])
      }
    case .logdet, .det, .isPositiveDefinite: shape = []
    }
    let type: ElementType =
      switch operation {
      case .argsort: .int
      case .isPositiveDefinite: .bool
      default: .real
      }
    return intern(.linearAlgebra(operation), arguments, shape: shape, type: type)
  }

  /// `solve(A, e)` for each unit vector e is the columns of one inverse, of which a Hessian or Laplacian needs all.
  private func inverseColumn(_ matrix: NodeID, _ right: NodeID) -> NodeID? {
    guard case .scatter(let pattern, _) = self[right].operation, pattern.count == 1, case .at(let place) = pattern[0],
      !place.variables.isEmpty, !self[matrix].free.contains(where: place.variables.contains)
    else { return nil }
    let column = index(linearAlgebra(.inv, [matrix]), [.all, .at(place)])
    return multiply(self[right].arguments[0], column)
  }

  /// The same entries in row-major order under another shape of as many entries.
  public func reshape(_ id: NodeID, to shape: [Size]) -> NodeID {
    if self[id].shape == shape { return id }
    if case .reshape = self[id].operation { return reshape(self[id].arguments[0], to: shape) }
    let scalar = unbroadcast(id)
    if scalar != id { return broadcast(scalar, to: shape) }
    if let (factor, rest) = scaledTerm(id), factor != 1 { return scale(factor, reshape(rest, to: shape)) }
    let (conditions, body) = splitGuard(id)
    if !conditions.isAlways { return guarded(conditions, reshape(body, to: shape)) }
    return intern(.reshape(shape), [id], shape: shape, type: self[id].type)
  }
}
