import EnergyIR

/// Several tensors as one flat vector, in order, each row-major; a single one keeps its shape.
struct PackedTensors {
  let graph: Graph
  let shapes: [[Size]]

  private var lengths: [Size] { shapes.map { $0.reduce(Size(1), *) } }
  private var total: Size { lengths.reduce(Size(0), +) }
  private var offsets: [Size] {
    var offset = Size(0)
    return lengths.map { length in
      defer { offset = offset + length }
      return offset
    }
  }

  /// The shape of all together.
  var shape: [Size] { shapes.count == 1 ? shapes[0] : [total] }

  /// The vector of tensors of these shapes.
  func packed(_ nodes: [NodeID]) -> NodeID {
    guard nodes.count > 1 else { return nodes.first ?? graph.constant(0) }
    return graph.sum(
      zip(nodes, zip(lengths, offsets)).map { node, place in
        (1, spread(node, [place.0], [place.1], over: [total]))
      })
  }

  /// The matrix of blocks, block [a][b] having the axes of tensor a before those of tensor b.
  func packed(blocks: [[NodeID]]) -> NodeID {
    guard blocks.count > 1 else { return blocks.first?.first ?? graph.constant(0) }
    var terms: [(Double, NodeID)] = []
    for (a, row) in blocks.enumerated() {
      for (b, block) in row.enumerated() {
        terms.append((1, spread(block, [lengths[a], lengths[b]], [offsets[a], offsets[b]], over: [total, total])))
      }
    }
    return graph.sum(terms)
  }

  /// The tensors of a packed vector.
  func unpacked(_ vector: NodeID) -> [NodeID] {
    guard shapes.count > 1 else { return [vector] }
    return zip(shapes, zip(lengths, offsets)).map { shape, place in
      if shape.isEmpty { return graph.index(vector, [.at(IndexExpression(place.1))]) }
      let index = graph.freshVariable(place.0)
      let entry = graph.index(vector, [.at(IndexExpression([(index, 1)], offset: place.1))])
      return graph.reshape(graph.build(index, entry), to: shape)
    }
  }

  /// Zeros with a tensor, reshaped to `lengths`, at `offsets`.
  private func spread(_ node: NodeID, _ lengths: [Size], _ offsets: [Size], over shape: [Size]) -> NodeID {
    if graph[node].rank == 0 {
      return graph.scatter(node, offsets.map { .at(IndexExpression($0)) }, shape: shape)
    }
    let flat = graph.reshape(node, to: lengths)
    let variables = lengths.map(graph.freshVariable)
    let entry = graph.index(flat, variables.map { .at(IndexExpression($0)) })
    let places = zip(variables, offsets).map { Subscript.at(IndexExpression([($0, 1)], offset: $1)) }
    return graph.reduce(.sum, variables, .always, graph.scatter(entry, places, shape: shape))
  }
}
