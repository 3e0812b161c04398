import EnergyIR

/// Sums of products written by the indices of their arguments.
extension StructuralBuiltins {
  static let einsum = StructuralBuiltin(
    "einsum", "A sum of products, written by indices: those that the result doesn't have are summed over.",
    signature: "einsum(\"ij,j->i\", A, x)",
    example: .init("einsum(\"i,i\", [1, 2], [3, 4])", 11), arity: 1...16, pattern: "the indices, as in \"ij,j->i\""
  ) { (call) throws(BuiltinError) -> TypedValue in
    let pattern = try EinsumPattern(call.pattern)
    guard pattern.inputs.count == call.arguments.count else {
      throw BuiltinError(
        .arguments,
        "\"\(call.pattern)\" has indices for \(pattern.inputs.count) argument\(pattern.inputs.count == 1 ? "" : "s"), and there "
          + "\(call.arguments.count == 1 ? "is" : "are") \(call.arguments.count)", option: "pattern")
    }
    var numbers: [Character: Int] = [:]
    var places: [(argument: Int, axis: Int)] = []
    var sizes: [Size] = []
    for (position, letters) in pattern.inputs.enumerated() {
      let shape = call.shape(position)
      guard letters.count == shape.count else {
        throw BuiltinError(
          .shape,
          "\"\(String(letters))\" names \(letters.count) ax\(letters.count == 1 ? "is" : "es"), and this is "
            + Graph.describe(shape), argument: position)
      }
      for (axis, letter) in letters.enumerated() {
        guard let known = numbers[letter] else {
          numbers[letter] = sizes.count
          sizes.append(shape[axis])
          places.append((position, axis))
          continue
        }
        guard call.areEqual(sizes[known], shape[axis]) else {
          let first = places[known]
          throw BuiltinError(
            .shape,
            "the index \(letter) is \(sizes[known]) on axis \(first.axis + 1) of argument \(first.argument + 1) and "
              + "\(shape[axis]) on axis \(axis + 1) of argument \(position + 1)", argument: position)
        }
      }
    }
    let output = pattern.output.compactMap { numbers[$0] }
    let arguments = pattern.inputs.enumerated().map { position, letters in
      (call.node(position), letters.compactMap { numbers[$0] })
    }
    return call.result(call.graph.contract(arguments, output: output, sizes: sizes))
  }
}

/// `ij,j->i` taken apart. Without an arrow the result has the indices that occur once, in alphabetical order.
private struct EinsumPattern {
  let inputs: [[Character]]
  let output: [Character]

  init(_ text: String) throws(BuiltinError) {
    let letters = text.filter { !$0.isWhitespace }
    let sides = Self.sides(letters)
    guard sides.count <= 2 else {
      throw BuiltinError(.arguments, "\"\(text)\" has more than one arrow", option: "pattern")
    }
    inputs = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
    for letter in sides.joined() where letter != "," && !(letter.isASCII && letter.isLetter) {
      throw BuiltinError(
        .arguments, "'\(letter)' in \"\(text)\" is no index: indices are letters", option: "pattern",
        hints: ["write every axis, as in \"ij,jk->ik\""])
    }
    let all = inputs.joined()
    guard sides.count == 2 else {
      output = Set(all).filter { letter in all.filter { $0 == letter }.count == 1 }.sorted()
      return
    }
    output = Array(sides[1])
    for (position, letter) in output.enumerated() {
      guard all.contains(letter) else {
        throw BuiltinError(
          .arguments, "the result's index \(letter) belongs to no argument in \"\(text)\"", option: "pattern")
      }
      guard !output[..<position].contains(letter) else {
        throw BuiltinError(
          .arguments, "the result has the index \(letter) twice in \"\(text)\"", option: "pattern",
          hints: ["a vector on the diagonal of a matrix is diag(v)"])
      }
    }
  }

  /// What stands beside the arrows.
  private static func sides(_ text: String) -> [[Character]] {
    var sides: [[Character]] = [[]]
    var rest = Substring(text)
    while let next = rest.first {
      if rest.hasPrefix("->") {
        sides.append([])
        rest = rest.dropFirst(2)
      } else {
        sides[sides.count - 1].append(next)
        rest = rest.dropFirst()
      }
    }
    return sides
  }
}
