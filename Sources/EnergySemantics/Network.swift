import EnergyIR

/// What `mlp[2, 8, 1](silu)` says: the sizes from the inputs to the outputs, and the function between two layers.
struct NetworkType: Hashable {
  let sizes: [Size]
  /// `nil` where there is one layer only.
  let activation: FunctionName?

  /// Whether it gives a real: where the text says 1, not where a size happens to be 1.
  var isReal: Bool { sizes.last?.constant == 1 }

  /// As the language writes it.
  var text: String {
    "mlp[\(sizes.map(\.description).joined(separator: ", "))]" + (activation.map { "(\($0))" } ?? "")
  }

  /// The arrays of weights in the order of the layers, named as PyTorch's `nn.Sequential` names those of its linear
  /// layers: every second module is an activation, which has none.
  var arrays: [Array] {
    zip(sizes, sizes.dropFirst()).enumerated().flatMap { layer, ends in
      [
        Array(name: "\(2 * layer).weight", shape: [ends.1, ends.0], inputs: ends.0),
        Array(name: "\(2 * layer).bias", shape: [ends.1], inputs: ends.0),
      ]
    }
  }

  /// One array of weights.
  struct Array: Hashable {
    /// `0.weight`, `0.bias`, `2.weight`, …
    let name: String
    /// `[outputs, inputs]` or `[outputs]`.
    let shape: [Size]
    /// The number of inputs of its layer.
    let inputs: Size
  }
}

/// A network with its weights: a function of a vector.
struct NetworkValue: Hashable {
  /// What its weights are called by: `net` in `net.0.weight`.
  let name: String
  let type: NetworkType
  /// The weights in the order of `type.arrays`.
  let weights: [NodeID]
}
