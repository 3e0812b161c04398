import EnergyData
import EnergyIR
import EnergySemantics
import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

@Suite("Imports at work")
struct ImportTests {
  /// A folder of files, gone after the test.
  private func inFolder(_ files: [String: String], _ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("imports-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: false, encoding: .utf8)
    }
    try body(folder)
  }

  private func session(_ text: String, in folder: URL, set: [String: String] = [:]) -> Session {
    var options = SessionOptions()
    options.settings = set.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) }
    return Session(
      SourceFile(name: "model.energy", text: text), folder: folder.path, options: options, files: DiskFiles())
  }

  private let parts = [
    "models/parts.energy": """
    param k = 2.0
    data X : matrix[3, 2] = load("x.csv")
    energy well(x : vector[2]; a : real = 1) = k*sumsq(x) + a*sum(X)
    """, "models/x.csv": "1,2\n3,4\n5,6\n",
  ]

  /// Each file imports the next one.
  @Test(
    "a program has as many files as docs/limits.md says, and no more", arguments: [(-1, true), (0, true), (1, false)])
  func files(_ beyond: Int, _ isFine: Bool) throws {
    let last = Program.sourceLimit - 1 + beyond
    var files = ["f\(last).energy": "let a\(last) = 1"]
    for number in 1..<last {
      files["f\(number).energy"] =
        "import a\(number + 1) from \"f\(number + 1).energy\"\nlet a\(number) = a\(number + 1)"
    }
    try inFolder(files) { folder in
      let found = session("import a1 from \"f1.energy\"\na1", in: folder).diagnostics.map(\.code.name)
      #expect(found == (isFine ? [] : ["E-limit"]))
    }
  }

  @Test("load in an imported file is relative to it; its parameters are set by their names outside")
  func values() throws {
    try inFolder(parts) { (folder: URL) throws in
      let text = "import well from \"models/parts.energy\"\nwell([1, 2])"
      #expect(try session(text, in: folder).printed() == ["31"])
      #expect(try session(text, in: folder, set: ["models.parts.k": "3", "well.a": "0"]).printed() == ["15"])
      let unknown = session(text, in: folder, set: ["parts.k": "3"])
      #expect(
        unknown.diagnostics.map(\.short) == [
          "E-option: there is no parameter 'parts.k'; did you mean 'models.parts.k'?"
        ])
    }
  }

  @Test("no import leaves its file's folder, not by a path and not by a link")
  func inside() throws {
    try inFolder(["outer.energy": "energy f(x : real) = x", "inner/in.energy": "energy g(x : real) = x"]) {
      (folder: URL) throws in
      let inner = folder.appendingPathComponent("inner")
      try FileManager.default.createSymbolicLink(
        at: inner.appendingPathComponent("link.energy"),
        withDestinationURL: folder.appendingPathComponent("outer.energy"))
      try FileManager.default.createSymbolicLink(
        at: inner.appendingPathComponent("up"), withDestinationURL: folder)
      let outside = folder.appendingPathComponent("outer.energy").path
      for path in ["../outer.energy", outside, "link.energy", "up/outer.energy", "~/outer.energy", ""] {
        let found = session("import f from \"\(path)\"", in: inner).diagnostics
        #expect(found.map(\.code) == [.file], "\(path)")
        #expect(found.first?.span != nil)
      }
      #expect(!session("import g from \"./in.energy\"", in: inner).hasErrors)
      #expect(session("import g from \"inner\"", in: folder).diagnostics.map(\.code) == [.file], "a folder")
    }
  }

  @Test("two paths to a file are one file")
  func once() throws {
    try inFolder(parts) { (folder: URL) throws in
      try FileManager.default.createSymbolicLink(
        at: folder.appendingPathComponent("same.energy"),
        withDestinationURL: folder.appendingPathComponent("models/parts.energy"))
      let text = """
        import well from "models/parts.energy"
        import k from "same.energy"
        well([1, 2]) + k
        """
      let session = session(text, in: folder, set: ["k": "3"])
      #expect(try session.printed() == ["39"])
      #expect(session.sources.files.count == 3, "the program, the file and the value set")
    }
  }

  @Test("a mistyped file name is recognised")
  func nearlyNamed() throws {
    try inFolder(parts) { (folder: URL) throws in
      for path in ["models/part.energy", "models/parts"] {
        let found = session("import well from \"\(path)\"", in: folder).diagnostics
        #expect(found.first?.message.contains("did you mean \"models/parts.energy\"?") ?? false, "\(found)")
      }
      let other = session("import well from \"models/zzzzzz.energy\"", in: folder).diagnostics
      #expect(other.first?.hints.first?.message == "files there: \"models/parts.energy\"")
    }
  }

  @Test("a file that only imports offers what it imports; else its own energies count")
  func choice() throws {
    let only = EnergyDriverTests.session("import gaussian from std")
    #expect(try only.energy(named: nil).name == "gaussian")
    #expect(only.definitionsNote(path: nil)?.hasPrefix("1 energy imported") ?? false)
    let own = EnergyDriverTests.session("import rosenbrock, gaussian from std\nenergy f(x : vector[2]) = rosenbrock(x)")
    #expect(try own.energy(named: nil).name == "f")
    #expect(try own.energy(named: "rosenbrock").name == "rosenbrock")
    #expect(try own.energiesToCheck(named: nil).all.map(\.name) == ["f"])
  }
}

@Suite("The standard library at work")
struct StandardLibraryTests {
  @Test("every example runs", arguments: StandardLibrary.entries)
  func example(_ entry: StandardLibrary.Entry) throws {
    let session = session(entry.example)
    #expect(session.diagnostics.isEmpty, "\(TextRenderer(sources: session.sources).render(session.diagnostics))")
    #expect(try !session.printed().isEmpty, "an example shows something")
  }

  @Test("every text of the folder is part of the program")
  func embedded() throws {
    let folder = root.appendingPathComponent("Sources/EnergySemantics/StandardLibrary")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".energy") }
    for name in names {
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      let entries = StandardLibrary.entries.filter { $0.file == "std/\(name)" }
      #expect(!entries.isEmpty, "\(name) isn't listed, or documents none of its definitions")
      for entry in entries { #expect(StandardLibrary.text(of: entry.name) == text) }
    }
    #expect(Set(StandardLibrary.entries.map(\.file)).count == names.count)
  }

  @Test("explain says all that there is of an entry, with its score")
  func explained() throws {
    let text = try Explanations.text(for: "gaussian")
    for words in ["gaussian(x : vector[d]; mu", "score      -P (x - mu)", "Bishop", "import gaussian from std"] {
      #expect(text.contains(words), "\(text)")
    }
    let list = try Explanations.text(for: "std")
    for entry in StandardLibrary.entries { #expect(list.contains("  \(entry.name) ") && list.contains(entry.summary)) }
  }

  @Test("every entry can be explained", arguments: StandardLibrary.names)
  func explainable(_ name: String) throws {
    #expect(try Explanations.text(for: name).contains("reference"))
  }
}
