import EnergyIR

/// Sums over a window that moves across an image. They are loops over affine positions, so derivatives and evaluation
/// need nothing of their own.
extension StructuralBuiltins {
  static let convolutions: [StructuralBuiltin] = [
    convolution(
      "conv1d", axes: 1, "The cross-correlation of a signal [L] or [C, L] with a filter [k] or filters [O, C, k].",
      ("conv1d([1, 2, 3, 4], [1, 1])[3]", 7)),
    convolution(
      "conv2d", axes: 2,
      "The cross-correlation of an image [H, W] or [C, H, W] with a filter [h, w] or filters [O, C, h, w].",
      ("conv2d([[1, 2], [3, 4]], [[1, 1], [1, 1]])[1, 1]", 10)),
    averagePool,
  ]

  private static func convolution(
    _ name: String, axes: Int, _ summary: String, _ example: (String, Double)
  ) -> StructuralBuiltin {
    StructuralBuiltin(
      name, summary + " pad is a number of zeros, \"same\" or \"circular\".",
      signature: "\(name)(x, w, stride = 1, pad = 0)", example: .init(example.0, example.1), arity: 2...2,
      options: ["stride", "pad"], textOptions: ["pad"]
    ) { (call) throws(BuiltinError) -> TypedValue in
      try convolve(call, axes: axes)
    }
  }

  private static func convolve(_ call: BuiltinCall, axes: Int) throws(BuiltinError) -> TypedValue {
    let graph = call.graph
    let (image, filter) = (call.shape(0), call.shape(1))
    let sizes =
      axes == 1
      ? (image: "[L] or [C, L]", filter: "[k] or [O, C, k]")
      : (image: "[H, W] or [C, H, W]", filter: "[h, w] or [O, C, h, w]")
    guard image.count == axes || image.count == axes + 1 else {
      throw BuiltinError(.shape, "\(call.name) takes x \(sizes.image), not \(Graph.describe(image))", argument: 0)
    }
    guard filter.count == axes || filter.count == axes + 2 else {
      throw BuiltinError(
        .shape, "\(call.name) takes filters \(sizes.filter), not \(Graph.describe(filter))", argument: 1)
    }
    let channels = image.count > axes ? image[0] : Size(1)
    if filter.count == axes, image.count > axes {
      throw BuiltinError(
        .shape,
        "x has \(channels) channel\(channels.constant == 1 ? "" : "s"), so the filters are \(sizes.filter.split(separator: "r")[1].dropFirst()), "
          + "not \(Graph.describe(filter))", argument: 1)
    }
    if filter.count > axes, !call.areEqual(channels, filter[1]) {
      throw BuiltinError(
        .shape,
        "x is \(Graph.describe(image)) with \(channels) channel\(channels.constant == 1 ? "" : "s"), the filters are \(Graph.describe(filter)) for "
          + "\(filter[1])", argument: 1)
    }
    let windows = try windows(call, Array(image.suffix(axes)), Array(filter.suffix(axes)), stride: 1)
    let channel = graph.freshVariable(channels)
    let output = filter.count > axes ? graph.freshVariable(filter[0]) : nil
    let inImage = windows.map { Subscript.at($0.position) }
    let inFilter = windows.map { Subscript.at(IndexExpression($0.offset)) }
    let at = { (variable: Variable) in Subscript.at(IndexExpression(variable)) }
    let value = graph.index(call.node(0), (image.count > axes ? [at(channel)] : []) + inImage)
    let weight = graph.index(call.node(1), (output.map { [at($0), at(channel)] } ?? []) + inFilter)
    let guards = windows.reduce(Guard.always) { $0.and($1.conditions) }
    let inner = (output == nil ? [] : [channel]) + windows.map(\.offset)
    let entry = graph.reduce(.sum, inner, guards, graph.multiply(value, weight))
    let outer = (output.map { [$0] } ?? []) + windows.map(\.place)
    return call.result(outer.reversed().reduce(entry) { graph.build($1, $0) })
  }

  private static let averagePool = StructuralBuiltin(
    "avg_pool2d", "Means over squares of k×k entries of an image [H, W] or [C, H, W], as far apart as they are wide.",
    signature: "avg_pool2d(x, k, stride = k, pad = 0)", example: .init("avg_pool2d([[1, 2], [3, 4]], 2)[1, 1]", 2.5),
    arity: 2...2, options: ["stride", "pad"], textOptions: ["pad"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    let graph = call.graph
    let image = call.shape(0)
    guard image.count == 2 || image.count == 3 else {
      throw BuiltinError(
        .shape, "avg_pool2d takes x [H, W] or [C, H, W], not \(Graph.describe(image))", argument: 0)
    }
    guard let width = try call.size(1).constant else {
      throw BuiltinError(.size, "the second argument of avg_pool2d must be a whole number known here", argument: 1)
    }
    if let pad = call.named["pad"].flatMap({ graph.sizeValue($0.node)?.constant }), 2 * pad > width {
      throw BuiltinError(.size, "pad = \(pad) is more than half of the width \(width)")
    }
    let windows = try windows(call, Array(image.suffix(2)), [Size(width), Size(width)], stride: width)
    let channel = image.count == 3 ? graph.freshVariable(image[0]) : nil
    let pattern = (channel.map { [Subscript.at(IndexExpression($0))] } ?? []) + windows.map { .at($0.position) }
    let guards = windows.reduce(Guard.always) { $0.and($1.conditions) }
    let total = graph.reduce(.sum, windows.map(\.offset), guards, graph.index(call.node(0), pattern))
    let mean = graph.divide(total, graph.constant(Double(width * width)))
    let outer = (channel.map { [$0] } ?? []) + windows.map(\.place)
    return call.result(outer.reversed().reduce(mean) { graph.build($1, $0) })
  }

  // MARK: Windows

  /// How a window moves along one axis.
  private struct Window {
    /// The place of the result.
    let place: Variable
    /// The place within the window.
    let offset: Variable
    /// The place in the image.
    let position: IndexExpression
    /// Where that is inside the image.
    let conditions: Guard
  }

  private static func windows(
    _ call: BuiltinCall, _ image: [Size], _ filter: [Size], stride standard: Int
  ) throws(BuiltinError) -> [Window] {
    let stride = try call.option("stride", standard: standard, atLeast: 1)
    var result: [Window] = []
    for (extent, width) in zip(image, filter) {
      result.append(try window(call, extent: extent, width: width, stride: stride))
    }
    return result
  }

  /// Zeros beside the image are never read: where the window leaves it, a guard skips the term.
  private static func window(
    _ call: BuiltinCall, extent: Size, width: Size, stride: Int
  ) throws(BuiltinError) -> Window {
    let graph = call.graph
    let before: Size
    let count: Size
    var isCircular = false
    switch call.texts["pad"] {
    case nil:
      before = try padding(call)
      let room = extent + before * 2 - width
      try call.require(
        room, "\(call.name) moves a window of \(width) over \(extent + before * 2) entries, padding included",
        argument: 1)
      count = room.divided(by: stride) + 1
    case "same":
      guard stride == 1 else {
        throw BuiltinError(
          .arguments, "pad = \"same\" needs a stride of 1, not \(stride)", hints: ["give the number of zeros"])
      }
      before = (width - 1).divided(by: 2)
      count = extent
    case "circular":
      isCircular = true
      before = (width - 1).divided(by: 2)
      count = (extent - 1).divided(by: stride) + 1
    case .some(let other):
      throw BuiltinError(
        .arguments, "pad = \"\(other)\" isn't known", option: "pad",
        hints: ["pad is a number, \"same\" or \"circular\""])
    }
    let (place, offset) = (graph.freshVariable(count), graph.freshVariable(width))
    let plain = IndexExpression([(place, stride), (offset, 1)], offset: Size(0) - before)
    if isCircular, let position = plain.modulo(extent) {
      return Window(place: place, offset: offset, position: position, conditions: .always)
    }
    let below = IndexExpression([(place, -stride), (offset, -1)], offset: extent - 1 + before)
    let conditions = Guard([Condition(plain, .atLeastZero), Condition(below, .atLeastZero)])
    return Window(place: place, offset: offset, position: plain, conditions: conditions)
  }

  private static func padding(_ call: BuiltinCall) throws(BuiltinError) -> Size {
    guard let given = call.named["pad"] else { return 0 }
    guard let size = call.graph.sizeValue(given.node) else {
      throw BuiltinError(.arguments, "pad must be a whole number, \"same\" or \"circular\"")
    }
    if let number = size.constant, number < 0 { throw BuiltinError(.size, "pad = \(number) is below 0") }
    return size
  }
}
