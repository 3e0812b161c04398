import Foundation
import Testing

/// A committed table of 50-digit values; see Tests/References/make_builtin_tables.py.
struct ReferenceTable {
  struct Row {
    let arguments: [Double]
    let value: Double
    /// By each argument; `nil` for a literal one.
    let partials: [Double?]
    /// By the last argument, twice.
    let second: Double
  }

  let rows: [Row]

  init(_ name: String) throws {
    let url = try #require(Bundle.module.url(forResource: "Resources/\(name)", withExtension: "json"))
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    let json = try #require(object as? [[Any]])
    rows = try json.map { row in
      Row(
        arguments: try #require(row[0] as? [Any]).map(Self.number), value: try Self.number(row[1]),
        partials: try #require(row[2] as? [Any]).map { $0 is NSNull ? nil : try Self.number($0) },
        second: try Self.number(row[3]))
    }
  }

  private static func number(_ any: Any) throws -> Double {
    let text = try #require(any as? String)
    return try #require(Double(text))
  }
}
