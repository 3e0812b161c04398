/// Which array of a file is which parameter.
///
/// One prefix that all names of the file share (`network.`) is left out where that finds more parameters; where a
/// program has one network, its name may be missing from the file in turn (`0.weight` for `net.0.weight`).
public struct ParameterNames: Sendable {
  /// The file's name for a parameter.
  public let keys: [String: String]
  /// The file's names that no parameter has, in the order of the file.
  public let unused: [String]
  /// What was left out, with its point at the end.
  public let prefix: String
  /// What was put in front instead, with its point at the end.
  public let addition: String

  /// Finds the parameters among the names of a file.
  /// - Parameter additions: what may be missing from all names of the file: `net.`.
  public init(_ names: [String], among parameters: [String], additions: [String] = []) {
    let known = Set(parameters)
    var best = (prefix: "", addition: "", count: -1)
    for addition in [""] + additions {
      for prefix in [""] + Self.commonPrefixes(names) {
        let count = names.count { known.contains(addition + $0.dropFirst(prefix.count)) }
        if count > best.count { best = (prefix, addition, count) }
      }
    }
    (prefix, addition) = (best.prefix, best.addition)
    var keys: [String: String] = [:]
    var unused: [String] = []
    for name in names {
      let parameter = best.addition + name.dropFirst(best.prefix.count)
      if known.contains(parameter) { keys[parameter] = name } else { unused.append(name) }
    }
    self.keys = keys
    self.unused = unused
  }

  /// `a.`, `a.b.` … as far as all names share them, each leaving something of every name.
  private static func commonPrefixes(_ names: [String]) -> [String] {
    guard let first = names.first else { return [] }
    var prefixes: [String] = []
    var prefix = ""
    for part in first.split(separator: ".", omittingEmptySubsequences: false).dropLast() {
      prefix += part + "."
      guard prefixes.count < 64, names.allSatisfy({ $0.hasPrefix(prefix) }) else { break }
      prefixes.append(prefix)
    }
    return prefixes
  }
}
