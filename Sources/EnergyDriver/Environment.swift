import EnergyIR
import EnergySemantics
import EnergyText

/// Numbers for everything that some nodes need: sizes, parameters, data, top-level `let`s.
struct Environment {
  var sizes: SizeTable
  var values: [Symbol.ID: TensorData]
}

extension Session {
  /// Finds the values that `roots` need.
  /// - Parameter facts: what a batch says about sizes.
  /// - Throws: `E-unbound` for parameters without a value, `E-size`, `E-value`, and errors of evaluation.
  func environment(
    for roots: [NodeID], facts: [SizeTable.Fact] = [], input: String? = nil
  ) throws -> Environment {
    let needed = neededSymbols(roots)
    var sizes = SizeTable()
    addFacts(to: &sizes)
    for fact in facts { sizes.add(fact.size, is: fact.value, because: fact.reason, at: fact.span) }
    try sizes.solve()
    try requireValues(needed, sizes, input: input)
    var environment = Environment(sizes: sizes, values: [:])
    for literal in program.literals { environment.values[literal.symbol] = literal.values }
    for parameter in program.parameters + program.data where needed.contains(parameter.symbol) {
      if case .node = parameter.value, settings[parameter.symbol] == nil { continue }
      try bind(parameter, &environment)
    }
    try computeDefinitions(needed, &environment)
    try check(environment.sizes)
    try checkValues(environment)
    return environment
  }

  /// Values given for arguments of refined types, where all that they need is known here.
  private func checkValues(_ environment: Environment) throws {
    for condition in program.valueConditions where !checkedValues.contains(condition) {
      guard neededSymbols([condition.node]).allSatisfy({ environment.values[$0] != nil }),
        let data =
          try? uniformEvaluation
          .run([prepared(condition.node)], sizes: environment.sizes.values, values: environment.values)[0]
      else { continue }
      for refinement in condition.refinements {
        guard let violation = refinement.violation(in: data) else { continue }
        throw Diagnostic(
          .error, .value, "\(condition.name) isn't \(refinement.word): \(violation)", at: condition.span)
      }
      checkedValues.insert(condition)
    }
  }

  /// All symbols that nodes read, through definitions and computed parameters.
  func neededSymbols(_ roots: [NodeID]) -> Set<Symbol.ID> {
    var nodes: [Symbol.ID: NodeID] = [:]
    for definition in program.definitions { nodes[definition.symbol] = definition.node }
    for parameter in program.parameters + program.data {
      if case .node(let node) = parameter.value { nodes[parameter.symbol] = node }
    }
    var found: Set<Symbol.ID> = []
    var pending = roots
    var seen: Set<NodeID> = []
    while let id = pending.popLast() {
      guard seen.insert(id).inserted else { continue }
      pending += graph[id].arguments
      if case .symbol(let symbol) = graph[id].operation, found.insert(symbol).inserted, let node = nodes[symbol] {
        pending.append(node)
      }
    }
    return found
  }

  /// What the program, its values and the options say about sizes.
  func addFacts(to sizes: inout SizeTable) {
    for dim in program.dims {
      guard let value = dim.value else { continue }
      let isOption = options.dims[dim.name] != nil
      sizes.add(Size(dim.dimension), is: value, because: isOption ? "--dim" : "its declaration", at: dim.span)
    }
    for binding in program.sizeBindings {
      sizes.add(binding.size, is: binding.value, because: binding.reason, at: binding.span)
    }
    for (symbol, setting) in settings.sorted(by: { $0.key.index < $1.key.index }) {
      let shape = graph[symbol].shape
      guard shape.count == setting.data.shape.count else { continue }
      sizes.add(shape, are: setting.data.shape, because: { _ in setting.reason(graph[symbol].name) }, at: setting.span)
    }
  }

  private func requireValues(_ needed: Set<Symbol.ID>, _ sizes: SizeTable, input: String?) throws {
    let missing = (program.parameters + program.data).filter {
      needed.contains($0.symbol) && $0.value == nil && settings[$0.symbol] == nil
    }
    guard !missing.isEmpty else { return }
    // A network whose weights are all missing is one thing, and nobody types its weights in.
    let open = Set(missing.map(\.symbol))
    let networks = program.networks.filter { $0.parameters.allSatisfy(open.contains) }
    let weights = Set(networks.flatMap(\.parameters))
    let single = missing.filter { !weights.contains($0.symbol) }
    let lengths = Dictionary(sizes.values.map { ($0.key.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let list =
      (networks.map { "\($0.name) : \(Self.type($0.type, lengths))" }
      + single.map { "\($0.name) : \(type(of: $0, sizes))" }).joined(separator: ", ")
    let words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    let number = networks.count + single.count
    let count = number <= 10 ? words[number - 1] : String(number)
    let sets = single.map { "--set \($0.name)=\(example($0, sizes: sizes))" }
    let tail = input.map { "     (\($0))" } ?? ""
    var hints: [Diagnostic.Hint] = []
    if let net = networks.first {
      let isOwn = net.name.contains(".")
      let text = isOwn ? "" : ", or in the text: param \(net.name) : \(net.type) = random(seed = 0)"
      hints.append(.init("--params \(net.name).safetensors\(text)"))
    }
    if !sets.isEmpty { hints.append(.init(sets.joined(separator: " ") + tail)) }
    throw Diagnostic(
      .error, .unbound, "\(count) parameter\(number == 1 ? " has" : "s have") no value: \(list)",
      at: missing.first { $0.span.end > $0.span.start }?.span, hints: hints)
  }

  /// The type of a parameter with the sizes that are known.
  func type(of parameter: Program.Parameter, _ sizes: SizeTable) -> String {
    let symbol = graph[parameter.symbol]
    guard let open = parameter.type.firstIndex(of: "["), let close = parameter.type.firstIndex(of: "]"), open < close
    else { return parameter.type }
    let isSquare = symbol.isSymmetric || !parameter.type[open..<close].contains(",")
    let shown = isSquare ? Array(symbol.shape.prefix(1)) : symbol.shape
    return parameter.type[...open] + shown.map { sizes.text($0) }.joined(separator: ", ") + parameter.type[close...]
  }

  /// Puts a parameter's value into the environment, checked against its declaration.
  private func bind(_ parameter: Program.Parameter, _ environment: inout Environment) throws {
    let data: TensorData
    let setting = settings[parameter.symbol]
    if let setting {
      data = setting.data
    } else {
      switch parameter.value {
      case .values(let values): data = values
      case .random(let random):
        let sizes = environment.sizes.values
        if let known = remembered(parameter.symbol, sizes) {
          data = known
        } else {
          data = try drawn(random, parameter, environment.sizes)
          remember(data, of: parameter.symbol, sizes)
        }
      case .node, nil: return
      }
    }
    do {
      environment.values[parameter.symbol] = try checked(
        data, for: parameter.symbol, at: setting?.span ?? parameter.span, environment.sizes)
    } catch var diagnostic as Diagnostic {
      if let setting, setting.span == nil { diagnostic.notes.append(.init("its value comes from \(setting.origin)")) }
      throw diagnostic
    }
  }

  /// A value in the shape of its symbol; columns of tables become vectors.
  func checked(_ data: TensorData, for id: Symbol.ID, at span: Span?, _ sizes: SizeTable) throws -> TensorData {
    let symbol = graph[id]
    let lengths = sizes.lengths(symbol.shape) ?? data.shape
    guard lengths.reduce(1, *) == data.values.count else {
      throw Diagnostic(
        .error, .shape,
        "\(symbol.name) is \(Self.typeText(lengths)), its value is \(Self.typeText(data.shape))", at: span)
    }
    var result = TensorData(shape: lengths, values: data.values, type: data.type, isSingle: data.isSingle)
    if symbol.isSymmetric { result = result.symmetrised() }
    if symbol.type == .bool, let violation = result.violationOfTruth {
      throw Diagnostic(.error, .value, "\(symbol.name) isn't true or false: \(violation)", at: span)
    }
    for refinement in symbol.refinements {
      guard let violation = refinement.violation(in: result) else { continue }
      throw Diagnostic(.error, .value, "\(symbol.name) isn't \(refinement.word): \(violation)", at: span)
    }
    return result
  }

  /// Computes the `let`s and computed parameters that are needed, each after those it needs.
  private func computeDefinitions(_ needed: Set<Symbol.ID>, _ environment: inout Environment) throws {
    struct Pending {
      let symbol: Symbol.ID
      let node: NodeID
      let span: Span
    }
    var pending: [Pending] = []
    for parameter in program.parameters + program.data where needed.contains(parameter.symbol) {
      if case .node(let node) = parameter.value, settings[parameter.symbol] == nil {
        pending.append(Pending(symbol: parameter.symbol, node: node, span: parameter.span))
      }
    }
    for definition in program.definitions where needed.contains(definition.symbol) {
      pending.append(Pending(symbol: definition.symbol, node: definition.node, span: definition.span))
    }
    let evaluation = uniformEvaluation
    while !pending.isEmpty {
      let waiting = Set(pending.map(\.symbol))
      let (ready, rest) = pending.reduce(into: ([Pending](), [Pending]())) { parts, item in
        let reads = directSymbols(item.node)
        if reads.isDisjoint(with: waiting) { parts.0.append(item) } else { parts.1.append(item) }
      }
      guard !ready.isEmpty else {
        throw Diagnostic(.error, .cycle, "these values need each other", at: pending[0].span)
      }
      for item in ready {
        let data: TensorData
        if let known = remembered(item.symbol, environment.sizes.values) {
          data = known
        } else {
          do {
            data = try evaluation.run(
              [prepared(item.node)], sizes: environment.sizes.values, values: environment.values)[0]
          } catch var diagnostic as Diagnostic {
            diagnostic.span = diagnostic.span ?? item.span
            throw diagnostic
          }
          remember(data, of: item.symbol, environment.sizes.values)
        }
        environment.values[item.symbol] = try checked(data, for: item.symbol, at: item.span, environment.sizes)
      }
      pending = rest
    }
  }

  private func directSymbols(_ root: NodeID) -> Set<Symbol.ID> {
    var found: Set<Symbol.ID> = []
    var seen: Set<NodeID> = []
    var pending = [root]
    while let id = pending.popLast() {
      guard seen.insert(id).inserted else { continue }
      if case .symbol(let symbol) = graph[id].operation { found.insert(symbol) }
      pending += graph[id].arguments
    }
    return found
  }
}
