import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  // MARK: Types

  /// `mlp[2, 8, 1](silu)`: at least two sizes, and between layers an element-wise function of one number.
  func networkShape(_ type: TypeExpr, _ scope: Scope) throws -> TypeShape {
    guard type.sizes.count >= 2 else {
      throw Diagnostic(
        .error, .size, "mlp takes the sizes from its inputs to its outputs, at least two", at: type.span,
        hints: [.init("two inputs, eight units between, one output: mlp[2, 8, 1](silu)")])
    }
    guard type.arguments.count <= 1 else {
      throw Diagnostic(
        .error, .arguments, "mlp takes one activation, not \(type.arguments.count)", at: type.span,
        hints: [.init("the same function stands between all layers: mlp[2, 8, 8, 1](silu)")])
    }
    var activation: FunctionName?
    if let id = type.arguments.first {
      activation = try self.activation(id, scope)
    } else if type.sizes.count > 2 {
      throw Diagnostic(
        .error, .arguments, "mlp needs the function between its layers", at: type.span,
        hints: [.init("for instance \(shortText(type.span))(silu)")])
    }
    return TypeShape(sizes: type.sizes, form: .tensor, network: .init(activation: activation))
  }

  /// Built-in functions that can stand between layers.
  private static let activations: [Builtin] = Builtins.all.filter { entry in
    guard entry.isPublic, entry.requiredCount == 1, !entry.isVariadic else { return false }
    return entry.resultType == .real || entry.resultType == .sameAsArguments
  }

  private func activation(_ id: ExprID, _ scope: Scope) throws -> FunctionName {
    let span = scope.tree[id].span
    let examples = Diagnostic.Hint("for instance silu, tanh, relu, softplus, gelu, elu, sigmoid, mish, leaky_relu, sin")
    guard case .name(let name) = scope.tree[id].kind else {
      throw Diagnostic(
        .error, .arguments, "the activation of an mlp is the name of a function, and '\(shortText(span))' isn't one",
        at: span, hints: [examples])
    }
    if let entry = Builtins.named(name), Self.activations.contains(where: { $0.name == entry.name }) {
      return entry.name
    }
    let isFunction = isBuiltin(name) || definition(name, scope)?.isFunction == true
    if isFunction {
      throw Diagnostic(
        .error, .arguments, "'\(name)' can't be the activation of an mlp: it isn't a built-in function of one number",
        at: span, hints: [examples])
    }
    let guess = didYouMean(name, among: Self.activations.flatMap { [$0.name.name] + $0.aliases })
    throw Diagnostic(
      .error, .unknown, "there is no activation '\(name)'\(guess.map { "; did you mean '\($0)'?" } ?? "")", at: span,
      hints: guess.map { [.init("write \($0)", fixIt: .init(replace: span, with: $0))] } ?? [examples])
  }

  /// A declared network with its sizes as they are in a scope.
  func networkType(_ declared: TypeShape, _ scope: Scope) throws -> NetworkType {
    NetworkType(sizes: try shape(declared, scope), activation: declared.network?.activation)
  }

  // MARK: Weights

  /// The network of a name, its weights being symbols of their own.
  func network(
    _ name: String, _ type: NetworkType, _ provenance: Provenance, _ weight: (String, NetworkType.Array) -> NodeID
  ) -> NetworkValue {
    let weights = type.arrays.map { array -> NodeID in
      let whole = "\(name).\(array.name)"
      let node = weight(whole, array)
      networkWeights[whole] = node
      provenances[node] = provenance
      return node
    }
    return NetworkValue(name: name, type: type, weights: weights)
  }

  /// A top-level `param net : mlp[…](…)`.
  func networkParameter(
    _ variable: VariableDefinition, _ declared: TypeShape, _ role: Symbol.Role, _ definition: Definition, _ scope: Scope
  ) throws -> NetworkValue {
    let name = displayName(definition)
    guard role == .parameter else {
      throw Diagnostic(
        .error, .type, "a network is a param, not data", at: definition.span,
        hints: [.init("param \(name) : \(variable.type.map { shortText($0.span) } ?? "mlp")")])
    }
    let type = try networkType(declared, scope)
    let values = try networkSources(variable, name, type, scope)
    var parameters: [Program.Parameter] = []
    let result = network(name, type, definition.provenance) { whole, array in
      let symbol = graph.addSymbol(Symbol(name: whole, role: .parameter, shape: array.shape))
      parameters.append(
        .init(
          name: whole, symbol: symbol, type: typeText(graph[symbol]), value: values(array)?.source,
          file: values(array)?.file, span: definition.span))
      return graph.withOrigins([definition.span]) { graph.symbol(symbol) }
    }
    program.parameters += parameters
    program.networks.append(
      .init(name: name, type: type.text, parameters: parameters.map(\.symbol), span: definition.span))
    return result
  }

  /// A network among an energy's own parameters that the call leaves open.
  func ownNetwork(
    _ declaration: Declaration, _ name: String, _ declared: TypeShape, _ random: RandomRequest?, _ scope: Scope
  ) throws -> NetworkValue {
    if random == nil, let id = declaration.defaultValue {
      throw Diagnostic(
        .error, .type, "the value of a network is random(…) here; load(…) belongs to a param", at: scope.tree[id].span,
        hints: [
          .init(
            "param net : \(declaration.type.map { shortText($0.span) } ?? "mlp") = load(…), and \(name) = net in the call"
          )
        ])
    }
    let provenance = Provenance(span: declaration.span, isArgument: true)
    let type = try networkType(declared, scope)
    let result = network(name, type, provenance) { whole, array in
      ownParameter(
        Symbol(name: whole, role: .parameter, shape: array.shape), random.map { Self.source($0, array) }, provenance)
    }
    let weights = result.weights.compactMap { node in
      if case .symbol(let symbol) = graph[node].operation { symbol } else { nil }
    }
    ownNetworks.append(.init(name: name, type: type.text, parameters: weights, span: declaration.span))
    return result
  }

  private static func source(_ random: RandomRequest, _ array: NetworkType.Array) -> Program.Source {
    .random(.init(seed: random.seed, scale: random.scale, distribution: .uniform(inputs: array.inputs)))
  }

  /// Where each array of weights comes from: a file, random numbers, or nowhere yet.
  private func networkSources(
    _ variable: VariableDefinition, _ name: String, _ type: NetworkType, _ scope: Scope
  ) throws -> (NetworkType.Array) -> (source: Program.Source, file: LoadRequest?)? {
    guard let id = variable.value else { return { _ in nil } }
    if let request = try loadRequest(id, .parameter, scope) {
      let data = try loadedNetwork(request, name, type)
      return { array in data[array.name].map { (.values($0.values), $0.file) } }
    }
    if let random = try randomRequest(id, scope) {
      return { (Self.source(random, $0), nil) }
    }
    throw Diagnostic(
      .error, .type, "the value of a network is load(…) or random(…)", at: scope.tree[id].span,
      hints: [.init("load(\"\(variable.name.text).safetensors\"), or random(seed = 0)")])
  }

  /// The weights in a file of named arrays, every one of which belongs to the network.
  private func loadedNetwork(
    _ request: LoadRequest, _ name: String, _ type: NetworkType
  ) throws -> [String: (values: TensorData, file: LoadRequest)] {
    var names: [String] = []
    do {
      names = try loader.names(in: request)
    } catch {
      throw error.placed(at: request.span)
    }
    let wanted = type.arrays
    let part = request.entry.map { $0 + "." } ?? ""
    let inside = names.filter { $0.hasPrefix(part) }
    let match =
      request.entry == nil
      ? ParameterNames(names, among: wanted.map(\.name))
      : ParameterNames(inside.map { String($0.dropFirst(part.count)) }, among: wanted.map(\.name))
    var problems: [String] = []
    var data: [String: (values: TensorData, file: LoadRequest)] = [:]
    for array in wanted {
      let wantedType = typeText(array.shape)
      guard let key = match.keys[array.name] else {
        problems.append("\(match.prefix)\(array.name) : \(wantedType) is missing")
        continue
      }
      let file = request.entry(part + key)
      let values = try loaded(file)
      let fits =
        values.shape.count == array.shape.count
        && zip(array.shape, values.shape).allSatisfy { $0.constant == nil || $0.constant == $1 }
      if fits {
        let numbers = TensorData(shape: values.shape, values: values.values, isSingle: values.isSingle)
        data[array.name] = (numbers, file)
      } else {
        problems.append("\(part)\(key) is \(typeText(values.shape.map { Size($0) })), not \(wantedType)")
      }
    }
    for key in match.unused {
      let held = try? loader.load(
        request.entry(part + key))
      let text = held.map { " : \(typeText($0.shape.map { Size($0) }))" } ?? ""
      problems.append("\(part)\(key)\(text) has no place in it")
    }
    if !problems.isEmpty { throw misfit(request, name, type, problems, names, prefix: part + match.prefix) }
    for array in wanted {
      guard let values = data[array.name]?.values else { continue }
      for (axis, size) in array.shape.enumerated() where size.constant == nil {
        let reason = "\(name).\(array.name) (\(request.path), \(axis == 0 ? "rows" : "columns"))"
        try bind(size, to: values.shape[axis], reason: reason, span: request.span)
      }
    }
    return data
  }

  private func misfit(
    _ request: LoadRequest, _ name: String, _ type: NetworkType, _ problems: [String], _ names: [String],
    prefix: String
  ) -> Diagnostic {
    var notes = problems.prefix(12).map { Diagnostic.Note($0) }
    if problems.count > 12 { notes.append(.init("… and \(problems.count - 12) more")) }
    let subject = request.entry.map { "'\($0)' in \(request.path)" } ?? request.path
    var hints: [Diagnostic.Hint] = []
    // Another part of the file that has all of them is what was meant.
    let wanted = type.arrays.map(\.name)
    let known = Set(names)
    let parts = names.compactMap { $0.hasSuffix("." + wanted[0]) ? String($0.dropLast(wanted[0].count + 1)) : nil }
    let whole = parts.first { part in part + "." != prefix && wanted.allSatisfy { known.contains("\(part).\($0)") } }
    if let whole { hints.append(.init("for a part of the file: load(\"\(request.path)\", name = \"\(whole)\")")) }
    return Diagnostic(
      .error, .network, "\(subject) isn't the state of \(name) : \(type.text)", at: request.span, notes: notes,
      hints: hints)
  }

  // MARK: Calls

  /// `net(x)` of a vector, or of a matrix with a sample in each row.
  func call(_ net: NetworkValue, _ arguments: Arguments, at span: Span, _ scope: Scope) throws -> Value {
    guard arguments.positional.count == 1, arguments.named.isEmpty else {
      throw Diagnostic(
        .error, .arguments, "\(net.name) takes one argument, its inputs: \(net.name)(x)", at: span,
        hints: [.init("several values in one vector: \(net.name)([a, b])")])
    }
    let id = arguments.positional[0]
    let value = try number(id, scope)
    let inputs = net.type.sizes[0]
    let shape = graph.shape(value.node)
    func misfit() -> Diagnostic {
      let span = scope.tree[id].span
      return Diagnostic(
        .error, .shape,
        "\(net.name) : \(net.type.text) takes vector[\(inputs)], and '\(shortText(span))' is \(typeText(value))",
        at: span,
        label: typeText(value),
        notes: provenance(of: net).map { [.init("\(net.name) is declared", at: $0.span)] } ?? [],
        hints: value.form == .row ? [.init("as a vector: (\(shortText(span)))^T")] : [])
    }
    switch value.form {
    case .scalar where inputs.constant == 1:
      return .tensor(apply(net, to: graph.reshape(value.node, to: [inputs])))
    case .vector, .matrix:
      guard let last = shape.last, try agree(inputs, last) else { throw misfit() }
      let node = last == inputs ? value.node : graph.reshape(value.node, to: shape.dropLast() + [inputs])
      return .tensor(apply(net, to: node))
    default: throw misfit()
    }
  }

  private func provenance(of net: NetworkValue) -> Provenance? { net.weights.first.flatMap { provenances[$0] } }

  /// The outputs for a vector, or for each row of a matrix: one product a layer, so that a batch is one matrix product.
  private func apply(_ net: NetworkValue, to input: NodeID) -> TypedValue {
    let rows = Array(graph.shape(input).dropLast())
    let count = net.weights.count / 2
    var values = input
    for layer in 0..<count {
      let (weight, bias) = (net.weights[2 * layer], net.weights[2 * layer + 1])
      let isLast = layer == count - 1
      if isLast, net.type.isReal {
        let row = graph.index(weight, [.at(IndexExpression(0)), .all])
        let offset = graph.index(bias, [.at(IndexExpression(0))])
        let sizes = [net.type.sizes[layer]] + rows
        let product = graph.contract(
          [(values, rows.isEmpty ? [0] : [1, 0]), (row, [0])], output: rows.isEmpty ? [] : [1], sizes: sizes)
        values = graph.sum([(1, product), (1, offset)])
        break
      }
      let outputs = net.type.sizes[layer + 1]
      let sizes = [net.type.sizes[layer], outputs] + rows
      let product = graph.contract(
        [(weight, [1, 0]), (values, rows.isEmpty ? [0] : [2, 0])], output: rows.isEmpty ? [1] : [2, 1], sizes: sizes)
      let offset =
        rows.isEmpty ? bias : graph.contract([(bias, [1])], output: [0, 1], sizes: [rows[0], outputs])
      values = graph.sum([(1, product), (1, offset)])
      graph.note("layer_\(layer + 1)", for: values)
      if !isLast, let activation = net.type.activation {
        values = applyElementwise(activation, [values])
        graph.note("hidden_\(layer + 1)", for: values)
      }
    }
    return TypedValue(values, in: graph)
  }

  // MARK: As an energy

  /// A network with one output where an energy is wanted; anything else as it is.
  func asEnergy(_ value: Value) -> Value {
    guard case .network(let net) = value, net.type.isReal, let definition = networkEnergy else { return value }
    return .energy(EnergyValue(definition: definition, name: net.name, bound: ["network": value]))
  }

  /// The energy that a network is, said in the language.
  func makeNetworkEnergy() -> Definition? {
    let source = SourceFile(name: "mlp", text: "energy mlp(x; network) = network(x)")
    let tree = parse(source, id: Elaborator.networkFile).tree
    sources[tree.file] = source
    guard let statement = tree.statements.first, case .energy(let energy) = statement.kind else { return nil }
    let definition = Definition(energy.name, .energy(energy), statement, tree)
    definition.state = .value(.energy(EnergyValue(definition: definition, name: energy.name.text)))
    return definition
  }

  /// The number of a text that no user sees; errors in it belong to the call.
  static let networkFile = Int(Int32.max)

  /// The network that an argument of this type takes.
  func takeNetwork(_ argument: Argument, _ type: TypeShape, _ declaration: Declaration, _ scope: Scope) throws {
    let written = declaration.type.map { shortText($0.span) } ?? "mlp"
    let note = Diagnostic.Note("\(declaration.name.text) : \(written) is declared", at: declaration.span)
    guard case .network(let net) = argument.value else {
      throw Diagnostic(
        .error, .type, "\(declaration.name.text) takes a network, and '\(shortText(argument.span))' isn't one",
        at: argument.span, notes: [note])
    }
    func misfit() -> Diagnostic {
      Diagnostic(
        .error, .shape, "\(declaration.name.text) takes \(written), and \(net.name) is \(net.type.text)",
        at: argument.span, notes: [note])
    }
    guard net.type.sizes.count == type.sizes.count, net.type.activation == type.network?.activation else {
      throw misfit()
    }
    let declared = Declared(declaration.name, declaration.type, declaration.span)
    for (id, size) in zip(type.sizes, net.type.sizes) {
      try unify(id, size, at: argument.span, net.type.text, declared, scope) { _ in misfit() }
    }
  }
}
