import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// What `load` promises, with files on a disk.
@Suite final class FileRuleTests {
  private let folder: URL
  private let outside: URL

  init() throws {
    let place = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID().uuidString)")
    folder = place.appendingPathComponent("program")
    outside = place.appendingPathComponent("outside")
    for directory in [folder.appendingPathComponent("data"), outside] {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }
    try write("1\n2\n3\n", "column.csv")
    try write("1,2,3\n", "data/row.csv")
    try write("a,b\n1,2\n3,4\n", "edges.csv")
    try write("1,2\n3,4.5\n", "halves.csv")
    try write("1,nan\ninf,4\n", "holes.csv")
    try write("0\n1\n2\n", "truth.csv")
    try write("{\"W\": [[1, 2]], \"bias\": 3}", "p.json")
    try "7\n".write(to: outside.appendingPathComponent("secret.csv"), atomically: true, encoding: .utf8)
    try link("link.csv", to: outside.appendingPathComponent("secret.csv").path)
    try link("away", to: outside.path)
    try link("inside.csv", to: "data/row.csv")
  }

  deinit { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }

  private func write(_ text: String, _ name: String) throws {
    try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.appendingPathComponent(name).path, withDestinationPath: target)
  }

  private func session(_ text: String) -> Session {
    Session(SourceFile(name: "m.energy", text: text), folder: folder.path, files: DiskFiles())
  }

  @Test(arguments: [
    ("vector[3] = load(\"column.csv\")", "[1, 2, 3]"), ("vector[3] = load(\"data/row.csv\")", "[1, 2, 3]"),
    ("vector[3] = load(\"inside.csv\")", "[1, 2, 3]"), ("matrix[1, 3] = load(\"data/row.csv\")", "[[1, 2, 3]]"),
    ("matrix[3, 1] = load(\"./column.csv\")", "[[1], [2], [3]]"),
    ("integer[2, 2] = load(\"edges.csv\")", "[[1, 2], [3, 4]]"),
    ("matrix[2, 2] = load(\"holes.csv\", allow_nan = true)", "[[1, nan], [inf, 4]]"),
    ("matrix[1, 2] = load(\"p.json\", name = \"W\")", "[[1, 2]]"), ("real = load(\"p.json\", name = \"bias\")", "3"),
  ])
  func loads(_ declaration: String, _ expected: String) throws {
    let session = session("data v : \(declaration)\nv")
    #expect(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    #expect(try session.printed() == [expected])
  }

  @Test func headersAreSaid() {
    let session = session("data v : integer[2, 2] = load(\"edges.csv\")")
    #expect(session.diagnostics.map(\.short).contains { $0.hasSuffix("edges.csv: line 1 is a header: a, b") })
  }

  @Test(arguments: [
    ("vector[3] = load(\"colum.csv\")", "E-file: there is no file \"colum.csv\"; did you mean \"column.csv\"?"),
    ("vector[3] = load(\"data/rwo.csv\")", "E-file: there is no file \"data/rwo.csv\"; did you mean \"data/row.csv\"?"),
    ("vector[3] = load(\"truth\")", "E-file: there is no file \"truth\"; did you mean \"truth.csv\"?"),
    ("vector[3] = load(\"nothing/like/it.csv\")", "E-file: there is no file \"nothing/like/it.csv\""),
    ("real = load(\"p.json\", name = \"bais\")", "E-entry: "), ("real = load(\"link.csv\")", "lies outside"),
    ("real = load(\"away/secret.csv\")", "lies outside"), ("real = load(\"../outside/secret.csv\")", "lies outside"),
    ("real = load(\"/etc/hostname\")", "isn't relative"), ("real = load(\"~/x.csv\")", "isn't relative"),
    ("integer[2, 2] = load(\"halves.csv\")", "E-value: v isn't whole: row 2, column 2 is 4.5"),
    ("matrix[2, 2] = load(\"holes.csv\")", "row 1, column 2 is nan"),
    ("bool[3] = load(\"truth.csv\")", "E-value: v isn't true or false: entry 3 is 2"),
    ("vector[2] = load(\"column.csv\")", "E-shape: v is declared vector[2], but its value is vector[3]"),
    ("mlp[2, 1] = load(\"column.csv\")", "a network is a param"),
  ])
  func refuses(_ declaration: String, _ message: String) {
    let found = session("data v : \(declaration)").diagnostics.map(\.short)
    #expect(found.contains { $0.contains(message) }, "\(found)")
  }

  /// What a link leads to outside isn't even listed.
  @Test func suggestionsStayInside() throws {
    let found = session("data v = load(\"away/secre.csv\")").diagnostics
    #expect(found.count == 1)
    #expect(!found.contains { $0.short.contains("secret") || $0.hints.contains { $0.message.contains("secret") } })
  }

  @Test func aNetworkIsNoSingleArray() {
    let found = session("param v : mlp[2, 1] = load(\"column.csv\")").diagnostics.map(\.short)
    #expect(found.first == "E-entry: \"column.csv\" holds one array; a network has several, with names", "\(found)")
  }
}
