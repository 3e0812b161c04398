import EnergyData
import EnergySemantics
import EnergySyntax
import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// Every program of `Tests/BadPrograms` gets its message, word for word, and what an editor reads of it is sound.
/// `ENERGY_RECORD=1` records the messages anew.
@Suite struct BadProgramTests {
  static let isRecording = ProcessInfo.processInfo.environment["ENERGY_RECORD"] == "1"
  static let programs = BadProgramFile.all.flatMap(\.programs)

  @Test func thereAreEnough() {
    #expect(Self.programs.count >= 300)
    let names = Self.programs.map(\.testDescription)
    #expect(Set(names).count == names.count)
  }

  /// Every code that a program and its files can provoke is in the corpus.
  @Test func everyCodeIsCovered() {
    let covered = Set(Self.programs.flatMap(\.codes))
    let all = Set(Explanations.codes.map(\.code.name))
    #expect(all.subtracting(covered) == Self.notOfPrograms)
    #expect(covered.subtracting(all).isEmpty)
  }

  /// Codes of the command line, of this computer and of files that a text can't hold: transcripts and the tests of
  /// EnergyData have them.
  private static let notOfPrograms: Set<String> = [
    "E-option", "E-command", "E-usage", "E-no-gpu", "E-no-gnuplot", "E-not-built", "E-nan", "E-interrupted", "E-defect",
    "E-dtype", "W-nan", "W-unused",
  ]

  @Test(arguments: BadProgramFile.all.map(\.topic))
  func messages(_ topic: String) throws {
    guard let file = BadProgramFile.all.first(where: { $0.topic == topic }) else { return }
    var recorded = file.remarks.map { $0 + "\n" }.joined()
    for program in file.programs {
      let outcome = try BadOutcome(program)
      recorded += program.recorded(outcome.text)
      if Self.isRecording { continue }
      #expect(outcome.text == program.expected, "\(program.testDescription)")
    }
    guard Self.isRecording else { return }
    let url = BadProgramFile.folder.appendingPathComponent("\(topic).txt")
    try recorded.write(to: url, atomically: true, encoding: .utf8)
  }

  @Test(arguments: BadProgramTests.programs)
  func diagnostics(_ program: BadProgram) throws {
    let outcome = try BadOutcome(program)
    #expect(outcome.diagnostics.map(\.code.name) == program.codes)
    let known = Set(Explanations.codes.map(\.code))
    for diagnostic in outcome.diagnostics {
      #expect(known.contains(diagnostic.code))
      let severities: [Character: Diagnostic.Severity] = ["E": .error, "W": .warning, "N": .note]
      let limitNote = diagnostic.code == .limit && diagnostic.severity == .note
      #expect(severities[diagnostic.code.name.first ?? "?"] == diagnostic.severity || limitNote)
      #expect(!diagnostic.message.isEmpty)
      for span in [diagnostic.span].compactMap({ $0 }) + diagnostic.notes.compactMap(\.span) {
        let length = outcome.sources.file(of: span)?.bytes.count
        let isInside = length.map { span.start >= 0 && span.start < span.end && Int(span.end) <= $0 } ?? false
        #expect(isInside || length == 0, "\(span) of \(length ?? -1) bytes: \(diagnostic.short)")
      }
    }
  }

  /// What `--json` says is the same as what people read.
  @Test(arguments: BadProgramTests.programs)
  func json(_ program: BadProgram) throws {
    let outcome = try BadOutcome(program)
    let text = JSONRenderer(sources: outcome.sources).render(outcome.diagnostics)
    let entries = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    #expect(entries.count == outcome.diagnostics.count)
    for (entry, diagnostic) in zip(entries, outcome.diagnostics) {
      #expect(entry["code"] as? String == diagnostic.code.name)
      #expect(entry["message"] as? String == diagnostic.message)
      #expect(entry["severity"] as? String == diagnostic.severity.rawValue)
      let spans = entry["spans"] as? [[String: Any]] ?? []
      #expect(spans.first?["start"] as? Int == diagnostic.span.map { Int($0.start) })
      #expect(spans.first?["end"] as? Int == diagnostic.span.map { Int($0.end) })
      let hints = entry["hints"] as? [[String: Any]] ?? []
      let fixes = hints.compactMap { ($0["fix"] as? [String: Any])?["replacement"] as? String }
      #expect(fixes == diagnostic.hints.compactMap { $0.fixIt?.replacement })
    }
  }

  /// An edit that a message offers removes the error that offers it.
  @Test(arguments: BadProgramTests.programs)
  func edits(_ program: BadProgram) throws {
    let outcome = try BadOutcome(program)
    for diagnostic in outcome.diagnostics {
      for fixIt in diagnostic.hints.compactMap(\.fixIt) {
        var bytes = program.source
        let range = Int(fixIt.span.start)..<Int(fixIt.span.end)
        guard fixIt.span.file == 0, range.upperBound <= bytes.count else {
          Issue.record("\(fixIt) lies outside of the program")
          continue
        }
        bytes.replaceSubrange(range, with: Array(fixIt.replacement.utf8))
        let after = try BadOutcome(program, source: bytes).diagnostics
        let count = { (list: [Diagnostic]) in list.filter { $0.short == diagnostic.short }.count }
        #expect(count(after) < count(outcome.diagnostics), "\(String(decoding: bytes, as: UTF8.self))")
        // Whoever takes the edit gets a program, not the next riddle. (A name that was a word is used elsewhere, too.)
        if diagnostic.code == .word { continue }
        let syntax: Set<DiagnosticCode> = [.syntax, .character, .number, .layout, .bracket]
        let others = { (list: [Diagnostic]) in list.filter { syntax.contains($0.code) }.count }
        #expect(others(after) <= others(outcome.diagnostics), "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }
}

/// What a bad program gets to hear, from reading it to running it.
struct BadOutcome {
  let diagnostics: [Diagnostic]
  let sources: SourceMap
  let text: String

  init(_ program: BadProgram, source: [UInt8]? = nil) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bad-\(UUID().uuidString)")
    if !program.files.isEmpty {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for file in program.files {
        let text = file.lines.map { $0 + "\n" }.joined()
        try text.write(to: folder.appendingPathComponent(file.name), atomically: true, encoding: .utf8)
      }
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    let session = Session(
      SourceFile(name: "model.energy", bytes: source ?? program.source),
      form: program.isExpression ? .expression : .file,
      folder: folder.path, files: DiskFiles())
    var found = session.diagnostics
    if !session.hasErrors {
      do {
        try session.run { _ in }
      } catch let several as Diagnostics {
        found += several.all
      } catch let diagnostic as Diagnostic {
        found.append(diagnostic)
      }
    }
    // Where the folder lies differs from run to run.
    let prefix = folder.path + "/"
    diagnostics = found.map { diagnostic in
      var shown = diagnostic
      shown.message = diagnostic.message.replacingOccurrences(of: prefix, with: "")
      return shown
    }
    sources = session.sources
    text = TextRenderer(sources: sources).render(diagnostics).replacingOccurrences(of: prefix, with: "")
  }
}
