import EnergyIR
import EnergySemantics
import EnergyText

/// What sessions of one growing program hand on to each other, so that nothing is read or computed twice.
///
/// A prompt checks its whole program anew for every line; the arrays that it loads and the values that it computes are
/// kept here. Whoever owns the memory says which values still hold.
public final class SessionMemory {
  /// A computed value.
  public struct Value: Sendable {
    /// The numbers.
    let data: TensorData
    /// The sizes that were known when it was computed, by name.
    let sizes: [Dimension: Int]

    /// Whether it would come out the same where these sizes are known.
    func holds(_ known: [Dimension: Int]) -> Bool { sizes.allSatisfy { known[$0.key] == $0.value } }
  }

  /// An array that was read, with what its reader remarked.
  struct Array {
    let data: TensorData
    let remarks: [Diagnostic]
  }

  /// What tells reads apart: everything of a request but its place.
  struct ReadKey: Hashable {
    let path: String
    let folder: String
    let entry: String?
    let allowsNaN: Bool
  }

  /// Values of top-level names.
  var values: [String: Value] = [:]
  var arrays: [ReadKey: Array] = [:]

  /// Nothing read or computed.
  public init() {}

  /// Forgets the values of these names.
  public func forget(_ names: some Sequence<String>) { for name in names { values[name] = nil } }

  /// Forgets all values.
  public func forgetAllValues() { values = [:] }

  /// Forgets all arrays, for files may have changed, and all values.
  public func forgetAll() {
    values = [:]
    arrays = [:]
  }
}

extension Session {
  /// Takes over the values that earlier sessions have computed.
  func recallValues() {
    guard let memory, !memory.values.isEmpty else { return }
    let symbols = program.definitions.map { ($0.name, $0.symbol) } + program.parameters.map { ($0.name, $0.symbol) }
    for (name, symbol) in symbols where settings[symbol] == nil { cache[symbol] = memory.values[name] }
  }

  /// Keeps a value for this session and further ones.
  func remember(_ data: TensorData, of symbol: Symbol.ID, _ sizes: [Dimension: Int]) {
    let value = SessionMemory.Value(data: data, sizes: sizes)
    cache[symbol] = value
    memory?.values[graph[symbol].name] = value
  }

  /// A value that has been computed for the same sizes.
  func remembered(_ symbol: Symbol.ID, _ sizes: [Dimension: Int]) -> TensorData? {
    guard let value = cache[symbol], value.holds(sizes) else { return nil }
    return graph[symbol].shape.map({ $0.value(sizes) }) == value.data.shape ? value.data : nil
  }
}
